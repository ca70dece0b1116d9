import ArtifactStore
import Datasets
import Stages

extension Specification.Stage {
    private static let example = "a stage, such as {uses: extract, with: {views: 4}}"

    /// Reads a stage of one of the kinds, or one that runs a command of the user's own.
    /// - Parameter usual: the values that parameters have, in kinds that have them, where a stage does not say.
    static func read(
        _ member: SourceNode.Member, kinds: [StageKind], usual: [String: JSONValue], matrix: [Specification.Axis]
    ) throws(SpecificationError) -> Self {
        guard try member.value.members(example)["uses"]?.value.scalarText == StageKind.commandName else {
            return try Self(member, kinds: kinds, usual: usual, matrix: matrix)
        }
        return try Self(command: member, members: member.value.members(example, among: commandKeys), matrix: matrix)
    }

    private init(
        _ member: SourceNode.Member, kinds: [StageKind], usual: [String: JSONValue], matrix: [Specification.Axis]
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
        for (name, value) in usual where kind.parameter(name) != nil && parameterLocations[name] == nil {
            parameters[name] = .constant(value)
        }
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
                    member.value, like: standard, words: Set(kind.parameter(member.name)?.form.words ?? []))
            }
        }
        return (parameters, locations)
    }
}

extension Specification.Stage {
    /// Reads `where:`, a list of cells with the parameters that are others there: `{target: [ink, oil], with: {clip: false}}`.
    /// Later ones go over earlier ones, and all over `with:`.
    fileprivate mutating func override(
        _ node: SourceNode, reader: ParameterReader, fileAxis: String
    ) throws(SpecificationError) {
        let axes = reader.matrix.map(\.name) + [domainAxis]
        let sizes = Dictionary(uniqueKeysWithValues: reader.matrix.map { ($0.name, $0.values.count) })
        var overrides: [String: Overrides] = [:]
        for element in try node.elements("a list, such as [{target: ink, with: {clip: false}}]") {
            let members = try element.members("cells and their parameters", among: axes + ["with"])
            guard let with = members["with"] else {
                throw element.error("the key “with” is missing: the parameters to change")
            }
            var conditions: [String: Set<AxisValue>] = [:]
            for member in members where member.name != "with" {
                conditions[member.name] = try condition(member, matrix: reader.matrix)
            }
            guard !conditions.isEmpty else {
                throw element.error(
                    "expected values on axes, such as {target: ink, with: …}; what holds everywhere goes under “with”")
            }
            let (templates, locations) = try Self.parameters(with.value, kind: kind, reader: reader, fileAxis: fileAxis)
            let largest = conditions.keys.filter { $0 != targetAxis }.max { (sizes[$0] ?? 0, $0) < (sizes[$1] ?? 0, $1) }
            for (name, location) in locations {
                guard let template = templates[name] else { continue }
                let override = Overrides.Override(conditions: conditions, template: template, location: location)
                overrides[name, default: Overrides()].append(override, by: largest)
                if parameterLocations[name] == nil { parameterLocations[name] = location }
            }
        }
        for (name, overrides) in overrides {
            parameters[name] = parameters[name].map { .overrides(overrides, otherwise: $0) }
        }
    }

    /// The values on an axis that parameters are others at: one, or a list.
    private mutating func condition(
        _ member: SourceNode.Member, matrix: [Specification.Axis]
    ) throws(SpecificationError) -> Set<AxisValue> {
        let nodes =
            if case .sequence = member.value.tree.content { try member.value.elements("values") } else { [member.value] }
        guard !nodes.isEmpty else { throw member.value.error("expected values, found an empty list") }
        var values: Set<AxisValue> = []
        for node in nodes {
            let value = try Specification.Axis.value(node, axis: member.name)
            if member.name == domainAxis {
                domainConditions.append(.init(Name(value.value.text), node))
            } else {
                let axis = matrix.first { $0.name == member.name }
                guard axis?.listed(value.value) != nil || axis?.leftOut.contains(value.value) == true else {
                    let text = value.value.text, known = axis?.values.map(\.value) ?? []
                    throw node.error(
                        "“\(text)” is not a value of the axis\(suggestion(for: text, among: known.map(\.text)))")
                }
            }
            values.insert(value.value)
        }
        return values
    }
}
