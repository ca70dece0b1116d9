import ArtifactStore
import Stages

extension Specification {
    /// What a stage that runs a command of the user's own says besides its inputs.
    public struct Command: Sendable {
        /// The format that each role's artifacts are asked for in.
        var formats: [String: Located<CommandParameters.Format>]
        /// Files that the command reads, whose bytes are part of the key: paths by name.
        public var files: [String: Located<String>]
        /// The names of the files that it writes.
        var outputs: [String: String]
        /// What it predicts, if it makes an evaluation.
        var evaluates: Evaluated?
    }

    /// Which images a command predicts: those of the input with a name.
    struct Evaluated: Sendable {
        let images: Located<String>
        let method: String
    }
}

extension Specification.Stage {
    static let commandKeys = ["uses", "from", "run", "files", "outputs", "evaluates", "resources"]

    /// Reads a stage that `uses: command`.
    init(
        command member: SourceNode.Member, members: [SourceNode.Member], matrix: [Specification.Axis]
    ) throws(SpecificationError) {
        name = member.name
        location = member.key.location
        poolsSources = false
        resources = try Specification.Resources(members["resources"]?.value)
        var roles: [StageKind.Role] = [], formats: [String: Specification.Located<CommandParameters.Format>] = [:]
        inputs = [:]
        if let node = members["from"]?.value {
            for input in try node.members("the stages it takes its inputs from, such as {prompts: STAGE}") {
                try checkName(input)
                let entry = try Self.input(input.value)
                roles.append(StageKind.Role(input.name, nil, entry.scope))
                inputs[input.name] = entry.stage
                formats[input.name] = entry.format
            }
        }
        let evaluates = try members["evaluates"].map { member throws(SpecificationError) in
            try Specification.Evaluated(member.value, roles: roles)
        }
        // Which images are predicted is known of features alone.
        for index in roles.indices where roles[index].name == evaluates?.images.value { roles[index].kind = .embeddings }
        kind = .command(roles: roles, makes: evaluates == nil ? .files : .evaluation)
        let files = try Self.paths(members["files"]?.value, "files, such as {script: Scripts/project.py}")
        let outputs = try Self.paths(members["outputs"]?.value, "files, such as {points: points.csv}")
        guard let node = members["outputs"]?.value, !outputs.isEmpty else {
            throw (members["outputs"]?.value ?? member.key).error(
                "a command has at least one output: add outputs: {NAME: FILE}, and ${outputs.NAME} to the command")
        }
        for output in outputs.values {
            guard !output.value.contains("/"), ![".", ".."].contains(output.value) else {
                throw output.error("expected the name of a file without a folder, found “\(output.value)”")
            }
        }
        guard Set(outputs.values.map(\.value)).count == outputs.count else {
            throw node.error("two outputs have the same file")
        }
        if let evaluates { try evaluates.check(outputs, at: node) }
        command = Specification.Command(
            formats: formats, files: files, outputs: outputs.mapValues(\.value), evaluates: evaluates)
        guard let run = members["run"]?.value else { throw member.key.error("the key “run” is missing: the command line") }
        let placeholders =
            roles.map { "inputs.\($0.name)" } + files.keys.map { "files.\($0)" }
            + outputs.keys.map { "outputs.\($0)" }
        let reader = ParameterReader(matrix: matrix, placeholders: Set(placeholders))
        guard let text = run.scalarText, !run.isNull, !text.isEmpty else {
            throw run.error("expected a command line, found \(run.found)")
        }
        parameters = ["command": try reader.command(run, text)]
        parameterLocations = ["command": run.location]
        if let unwritten = outputs.keys.sorted().first(where: { !text.contains("${outputs.\($0)}") }) {
            throw run.error("the command does not say where to write “\(unwritten)”: put ${outputs.\(unwritten)} into it")
        }
    }

    private typealias Input = (
        stage: Specification.Located<String>, scope: StageKind.Scope, format: Specification.Located<CommandParameters.Format>?
    )

    private static func input(_ node: SourceNode) throws(SpecificationError) -> Input {
        guard case .mapping = node.tree.content else {
            return (.init(try node.text("a stage's name, or {stage: NAME, of: all, as: csv}"), node), .cell, nil)
        }
        let members = try node.members("a stage's name, or {stage: NAME, of: all, as: csv}", among: ["stage", "of", "as"])
        guard let stage = members["stage"]?.value else { throw node.error("the key “stage” is missing") }
        var scope = StageKind.Scope.cell
        if let member = members["of"]?.value {
            let scopes: [String: StageKind.Scope] = ["cell": .cell, "all": .all, "sources": .sources, "target": .target]
            let word = try member.text("cell, all, sources or target")
            guard let known = scopes[word] else {
                throw member.error("expected cell, all, sources or target, found “\(word)”")
            }
            scope = known
        }
        var format: Specification.Located<CommandParameters.Format>?
        if let member = members["as"]?.value {
            let word = try member.text("a format")
            guard let known = CommandParameters.Format(rawValue: word) else {
                let names = CommandParameters.Format.allCases.map(\.rawValue)
                throw member.error("there is no format “\(word)”\(suggestion(for: word, among: names))")
            }
            format = .init(known, member)
        }
        return (.init(try stage.text("a stage's name"), stage), scope, format)
    }

    private static func paths(
        _ node: SourceNode?, _ what: String
    ) throws(SpecificationError) -> [String: Specification.Located<String>] {
        guard let node else { return [:] }
        var paths: [String: Specification.Located<String>] = [:]
        for member in try node.members(what) {
            try checkName(member)
            paths[member.name] = .init(try member.value.text("the path of a file"), member.value)
        }
        return paths
    }

    /// The formats that inputs are handed over in, now that it is known what the stages make.
    func handOverFormats(
        of source: (String) -> Specification.Stage?
    ) throws(SpecificationError) -> [String: CommandParameters.Format] {
        var formats: [String: CommandParameters.Format] = [:]
        for (role, input) in inputs {
            guard let makes = source(input.value)?.kind.makes else { continue }
            let possible = makes.handOverFormats
            if let asked = command?.formats[role], !possible.contains(asked.value) {
                throw asked.error(
                    "\(makes.inWords) cannot be handed over as \(asked.value.rawValue); "
                        + "possible: \(list(possible.map(\.rawValue)))")
            }
            formats[role] = command?.formats[role]?.value ?? possible.first
        }
        return formats
    }
}

extension Specification.Evaluated {
    /// - Parameter roles: the command's inputs.
    fileprivate init(_ node: SourceNode, roles: [StageKind.Role]) throws(SpecificationError) {
        let example = "what the command predicts, such as {images: target, method: nearest-mean}"
        let members = try node.members(example, among: ["images", "method"])
        guard let images = members["images"]?.value else { throw node.error("the key “images” is missing: an input's name") }
        guard let method = members["method"]?.value else {
            throw node.error("the key “method” is missing: a name for the results")
        }
        let name = try images.text("the name of an input under from:")
        guard let role = roles.first(where: { $0.name == name }) else {
            throw images.error("the stage has no input “\(name)”\(suggestion(for: name, among: roles.map(\.name)))")
        }
        guard role.scope == .target else {
            throw images.error(
                "predictions must be of the target's images: write \(name): {stage: …, of: target} under from:")
        }
        self.images = .init(name, images)
        self.method = try method.text("a name for the results")
        guard !self.method.isEmpty, !self.method.contains("${") else {
            throw method.error("expected a name for the results, found “\(self.method)”")
        }
    }

    /// An evaluation is made of the predictions, and keeps no file.
    fileprivate func check(
        _ outputs: [String: Specification.Located<String>], at node: SourceNode
    ) throws(SpecificationError) {
        guard outputs[CommandParameters.predictionsName] != nil else {
            throw node.error("a command that evaluates has the output “predictions”: add predictions: predictions.csv")
        }
        let others = outputs.filter { ![CommandParameters.predictionsName, CommandParameters.metricsName].contains($0.key) }
        guard let other = others.min(by: { $0.key < $1.key }) else { return }
        throw other.value.error(
            "a command that evaluates writes only predictions and, optionally, metrics; "
                + "let another stage write “\(other.key)”")
    }
}

/// Names stand in `${…}`, in options, in the names of files and of instances.
func checkName(_ member: SourceNode.Member) throws(SpecificationError) {
    let isName = member.name.utf8.allSatisfy { byte in
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
            || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte || "-_".utf8.contains(byte)
    }
    guard isName, !member.name.isEmpty else {
        throw member.key.error("expected a name of letters, digits, - and _, found “\(member.name)”")
    }
}
