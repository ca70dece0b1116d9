import ArtifactStore
import Datasets
import Stages

extension Specification.Stage {
    private static let example = "a stage, such as {uses: extract, with: {views: 4}}"

    /// Reads a stage of one of the kinds, or one that runs a command of the user's own.
    static func read(
        _ member: SourceNode.Member, kinds: [StageKind], matrix: [Specification.Axis]
    ) throws(SpecificationError) -> Self {
        guard try member.value.members(example)["uses"]?.value.scalarText == StageKind.commandName else {
            return try Self(member, kinds: kinds, matrix: matrix)
        }
        return try Self(command: member, members: member.value.members(example, among: commandKeys), matrix: matrix)
    }

    private init(
        _ member: SourceNode.Member, kinds: [StageKind], matrix: [Specification.Axis]
    ) throws(SpecificationError) {
        name = member.name
        location = member.key.location
        let members = try member.value.members(Self.example, among: ["uses", "from", "with", "where", "on", "resources"])
        guard let uses = members["uses"]?.value else { throw member.key.error("the key “uses” is missing") }
        let kindName = try uses.text("a kind of stage")
        guard let kind = kinds.first(where: { $0.name == kindName }) else {
            let suggestion = suggestion(for: kindName, among: kinds.map(\.name) + [StageKind.commandName])
            throw uses.error("no kind of stage has the name “\(kindName)”\(suggestion)")
        }
        self.kind = kind
        poolsSources = try Self.poolsSources(members["on"]?.value, kind: kind)
        resources = try Specification.Resources(members["resources"]?.value)
        inputs = try Self.inputs(members["from"]?.value, stage: member, kind: kind)
        let reader = ParameterReader(matrix: matrix)
        let runsForEach = !poolsSources && kind.roles.contains { $0.scope == .domain }
        fileAxis = runsForEach ? domainAxis : matrix.contains { $0.name == sourceAxis } ? sourceAxis : targetAxis
        (parameters, parameterLocations) = try Self.parameters(
            members["with"]?.value, kind: kind, reader: reader, fileAxis: fileAxis)
        if let node = members["where"]?.value { try override(node, reader: reader, fileAxis: fileAxis) }
    }

    private static func poolsSources(_ node: SourceNode?, kind: StageKind) throws(SpecificationError) -> Bool {
        guard let node else { return false }
        guard kind.roles.contains(where: { $0.kind != .images && $0.scope == .domain }) else {
            throw node.error("a stage that uses “\(kind.name)” cannot choose what it runs on; leave “on” out")
        }
        switch try node.text("“domain” or “sources”") {
        case "domain": return false
        case "sources": return true
        case let word: throw node.error("expected “domain” or “sources”, found “\(word)”")
        }
    }

    private static func inputs(
        _ node: SourceNode?, stage: SourceNode.Member, kind: StageKind
    ) throws(SpecificationError) -> [String: Specification.Located<String>] {
        let roles = kind.roles.filter { $0.kind != .images }
        var inputs: [String: Specification.Located<String>] = [:]
        if let node {
            let what = "the stages it takes its inputs from, such as {embeddings: features}"
            for member in try node.members(what, among: roles.map(\.name)) {
                inputs[member.name] = .init(try member.value.text("a stage's name"), member.value)
            }
        }
        if let missing = roles.first(where: { $0.isRequired && inputs[$0.name] == nil }) {
            throw (node ?? stage.key).error(
                "“\(kind.name)” takes \(missing.name) from another stage: add from: {\(missing.name): STAGE}")
        }
        return inputs
    }

    static func parameters(
        _ node: SourceNode?, kind: StageKind, reader: ParameterReader, fileAxis: String
    ) throws(SpecificationError) -> ([String: Template], [String: SourceLocation]) {
        guard case .object(let defaults) = kind.defaults else {
            preconditionFailure("the defaults of “\(kind.name)” are no object")
        }
        var parameters = defaults.mapValues(Template.constant)
        var locations: [String: SourceLocation] = [:]
        guard let node else { return (parameters, locations) }
        for member in try node.members("the stage's parameters", among: defaults.keys.sorted()) {
            let standard = defaults[member.name] ?? .null
            locations[member.name] = member.value.location
            if kind.files.contains(member.name), member.value.scalarText == nil {
                let paths = try member.value.members("a path, or a mapping from each \(fileAxis) to one")
                var choices: [Name: Template] = [:]
                for path in paths { choices[Name(path.name)] = try reader.template(path.value, like: standard) }
                parameters[member.name] = .choice(axis: fileAxis, choices)
            } else {
                parameters[member.name] = try reader.template(
                    member.value, like: standard, words: kind.words[member.name] ?? [])
            }
        }
        return (parameters, locations)
    }
}
