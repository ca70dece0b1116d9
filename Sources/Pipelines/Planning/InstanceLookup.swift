import ArtifactStore

/// A name that no instance has, or more than the one that is asked for.
public struct SelectionError: Error, Hashable, CustomStringConvertible {
    public let description: String
}

extension Plan {
    /// The instances that a selector means, at least one.
    /// - Throws: if it means none, with what there is.
    public func instances(_ selector: InstanceSelector) throws(SelectionError) -> [Instance] {
        let found = selector.instances(among: instances) { (specification.name, $0.title, $0.key) }
        guard found.isEmpty else { return found }
        let stages = instances.map(\.stage).uniqued, stage = selector.stage
        guard stages.contains(stage) else {
            throw SelectionError(description: "there is no stage “\(stage)”\(suggestion(for: stage, among: stages))")
        }
        let names = instances.filter { $0.stage == stage }.map(\.name)
        throw SelectionError(description: "“\(selector.text)” is not one of \(Self.excerpt(of: names))")
    }

    /// The one instance that a selector means.
    /// - Throws: if it means none or several, with what there is.
    public func instance(_ selector: InstanceSelector) throws(SelectionError) -> Instance {
        let found = try instances(selector)
        guard found.count == 1 || found.allSatisfy({ $0.key == found[0].key }) else {
            throw SelectionError(description: "“\(selector.text)” may be any of \(Self.excerpt(of: found.map(\.name)))")
        }
        return found[0]
    }

    /// A few of many names.
    private static func excerpt(of names: [String]) -> String {
        names.prefix(6).joined(separator: "; ") + (names.count > 6 ? "; and \(names.count - 6) more" : "")
    }
}
