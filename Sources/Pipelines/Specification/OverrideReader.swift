import ArtifactStore
import Datasets
import Stages

extension Specification.Stage {
    /// Reads `where:`, a list of cells with the parameters that are others there: `{target: [ink, oil], with: {clip: false}}`.
    /// Later ones go over earlier ones, and all over `with:`.
    mutating func override(
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
                throw element.error("expected values on axes, such as {target: ink, with: …}; what holds everywhere goes under “with”")
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
        let nodes = if case .sequence = member.value.tree.content { try member.value.elements("values") } else { [member.value] }
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
