import ArtifactStore
import Stages

// How the stages of a pipeline hang together: who takes what from whom, in which order, over which axes.

extension Specification.Stage {
    /// The artifacts that a role takes where the parameters are these; `on: sources` changes those of one domain to those of
    /// all sources. Nil where it takes none.
    func scope(of role: StageKind.Role, for parameters: [String: JSONValue]) -> StageKind.Scope? {
        let scope = role.scope(for: .object(parameters))
        return poolsSources && scope == .domain ? .sources : scope
    }

    /// The artifacts that a role takes in one cell or another.
    func scopes(of role: StageKind.Role) -> Set<StageKind.Scope> {
        guard let choice = role.choice else { return Set([scope(of: role, for: [:])].compactMap(\.self)) }
        let values: [JSONValue] =
            if case .constant(let value)? = parameters[choice.parameter] { [value] } else {
                [.null] + choice.scopes.keys.map(JSONValue.string)
            }
        return Set(values.compactMap { scope(of: role, for: [choice.parameter: $0]) })
    }

    /// The roles that are filled: by the data set, or by a stage under `from:`.
    var filledRoles: [StageKind.Role] {
        kind.roles.filter { $0.kind == .images || inputs[$0.name] != nil }
    }
}

extension Specification {
    /// Puts inputs before what they go into, finds the axes of each stage, and checks that all of it makes sense.
    mutating func connectStages() throws(SpecificationError) {
        for stage in stages { try checkInputs(of: stage) }
        stages = try sorted(stages)
        for stage in stages { axes[stage.name] = try axes(of: stage) }
        let used = Set(axes.values.joined())
        if let idle = matrix.first(where: { !used.contains($0.name) }) {
            throw SpecificationError(
                "no stage uses this axis; write ${\(idle.name)} where its values belong, or leave it out",
                at: idle.location, keyPath: "matrix.\(idle.name)")
        }
    }

    func stage(_ name: String) -> Stage? { stages.first { $0.name == name } }

    private func checkInputs(of stage: Stage) throws(SpecificationError) {
        for role in stage.kind.roles {
            guard let input = stage.inputs[role.name] else { continue }
            guard let source = self.stage(input.value) else {
                let others = stages.map(\.name).filter { $0 != stage.name }
                throw input.error("there is no stage “\(input.value)”\(suggestion(for: input.value, among: others))")
            }
            if let kind = role.kind, source.kind.makes != kind {
                throw input.error(
                    "“\(source.name)” makes \(source.kind.makes.inWords), but \(role.name) takes \(kind.inWords)")
            }
        }
        _ = try stage.handOverFormats { self.stage($0) }
    }

    /// A topological order; stages that do not depend on one another stay in the order of the file.
    private func sorted(_ stages: [Stage]) throws(SpecificationError) -> [Stage] {
        var sorted: [Stage] = []
        var rest = stages
        while !rest.isEmpty {
            let done = Set(sorted.map(\.name))
            guard let next = rest.firstIndex(where: { $0.inputs.values.allSatisfy { done.contains($0.value) } }) else {
                throw cycle(in: rest)
            }
            sorted.append(rest.remove(at: next))
        }
        return sorted
    }

    /// Among stages that all wait for one another, walks from input to input until one comes up again.
    private func cycle(in stages: [Stage]) -> SpecificationError {
        var walk = [stages[0]]
        while true {
            let here = walk[walk.count - 1]
            let inputs = here.inputs.values.map(\.value).sorted()
            let next = stages.first { inputs.contains($0.name) } ?? here
            if let start = walk.firstIndex(where: { $0.name == next.name }) {
                let names = (walk[start...].reversed() + [walk[walk.count - 1]]).map(\.name)
                return SpecificationError(
                    "stages take their inputs from one another: \(names.joined(separator: " → "))",
                    at: next.location, keyPath: "stages.\(next.name)")
            }
            walk.append(next)
        }
    }

    /// The axes that a stage depends on: those of its inputs, those its parameters name, and `domain` or `target` where
    /// it takes something of one domain or leaves one out.
    private func axes(of stage: Stage) throws(SpecificationError) -> [String] {
        func error(_ message: String) -> SpecificationError {
            SpecificationError(message, at: stage.location, keyPath: "stages.\(stage.name)")
        }
        var used: Set<String> = []
        for role in stage.filledRoles {
            let inherited = stage.inputs[role.name].flatMap { axes[$0.value] } ?? [domainAxis]
            let isPerDomain = inherited.contains(domainAxis)
            for scope in stage.scopes(of: role) {
                if scope != .all { used.formUnion(inherited.filter { $0 != domainAxis }) }
                switch scope {
                case .domain, .target:
                    used.insert(scope == .domain ? domainAxis : targetAxis)
                    guard isPerDomain else {
                        let source = stage.inputs[role.name]?.value ?? ""
                        throw error("\(role.name) must be made for each domain, but “\(source)” is not")
                    }
                case .sources: used.formUnion(learningAxis.map { [$0] } ?? [])
                case .cell: if isPerDomain { used.insert(domainAxis) }
                case .all: break
                }
            }
        }
        let named = stage.parameters.values.reduce(into: Set<String>()) { $0.formUnion($1.axes) }
        if named.contains(domainAxis), !used.contains(domainAxis) {
            throw error("${domain} is known only in a stage that runs for each domain, which this one does not")
        }
        used.formUnion(named)
        if used.contains(targetAxis), !matrix.contains(where: { $0.name == targetAxis }) {
            throw error("it has a target domain, so the matrix needs the axis target: [DOMAIN, …]")
        }
        return [domainAxis].filter(used.contains) + matrix.map(\.name).filter(used.contains)
    }
}

extension Specification {
    /// The axis that says what is learned from: `source` where the matrix has it, otherwise `target`, which is left out. None
    /// where other data sets are tested on: all domains are learned from then.
    var learningAxis: String? {
        matrix.contains { $0.name == sourceAxis } ? sourceAxis : targets.isEmpty ? targetAxis : nil
    }
}

extension ArtifactKind {
    /// What a person would call it.
    var inWords: String {
        switch self {
        case .images: "images"
        case .embeddings: "embeddings"
        case .prompt: "prompts"
        case .generator: "a generator"
        case .evaluation: "an evaluation"
        case .files: "files"
        }
    }
}
