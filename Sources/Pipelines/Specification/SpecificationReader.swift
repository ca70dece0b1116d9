import ArtifactStore
import Foundation
import Stages
import Tensors

// How each part of a pipeline file is read.

extension Specification {
    init(_ root: SourceNode, kinds: [StageKind]) throws(SpecificationError) {
        let members = try root.members("a pipeline: a mapping with the keys \(Self.keyList)", among: Self.keys)
        func required(_ key: String) throws(SpecificationError) -> SourceNode {
            guard let member = members[key] else { throw root.error("the key “\(key)” is missing") }
            return member.value
        }
        file = root.file
        name = try required("pipeline").text("the pipeline's name")
        dataSet = try DataSet(required("dataset"))
        (checkpoint, precision) = try Self.encoder(required("encoder"))
        matrix = []
        if let member = members["matrix"] {
            for axis in try member.value.members("axes, such as {seed: [1, 2, 3]}") { matrix.append(try Axis(axis)) }
        }
        stages = []
        let names = try required("stages").members("stages: a mapping from names to what they use")
        guard !names.isEmpty else { throw try required("stages").error("a pipeline has at least one stage") }
        for member in names { stages.append(try Stage(member, kinds: kinds, matrix: matrix)) }
        rows = []
        try connectStages()
        rows = try Self.rows(members["results"]?.value, stages: stages, fileOrder: names.map(\.name))
    }

    private static func encoder(
        _ node: SourceNode
    ) throws(SpecificationError) -> (checkpoint: Located<String>, precision: Located<Precision>) {
        let members = try node.members(
            "an encoder, such as {checkpoint: Models/icon-clip}", among: ["checkpoint", "precision"])
        guard let path = members["checkpoint"]?.value else { throw node.error("the key “checkpoint” is missing") }
        let checkpoint = Located(try path.text("the path of a CLIP checkpoint"), path)
        guard let member = members["precision"]?.value else { return (checkpoint, Located(.float32, node)) }
        let word = try member.text("“float32” or “bf16”")
        guard let precision = Precision(rawValue: word) else {
            throw member.error("expected “float32” or “bf16”, found “\(word)”")
        }
        return (checkpoint, Located(precision, member))
    }

    private static func rows(
        _ node: SourceNode?, stages: [Stage], fileOrder: [String]
    ) throws(SpecificationError) -> [Row] {
        let evaluations = stages.filter { $0.kind.makes == .evaluation }.map(\.name)
        guard let node else { return fileOrder.filter(evaluations.contains).map { Row(stage: $0, title: $0) } }
        var rows: [Row] = []
        for member in try node.members("rows of the table, such as {zero-shot: \"Zero-shot CLIP\"}") {
            guard stages.contains(where: { $0.name == member.name }) else {
                throw member.key.error("no stage has this name\(suggestion(for: member.name, among: evaluations))")
            }
            guard evaluations.contains(member.name) else {
                throw member.key.error("this stage makes no evaluation; those that do: \(list(evaluations))")
            }
            rows.append(Row(stage: member.name, title: try member.value.text("the row's title")))
        }
        return rows
    }
}

extension Specification.Located {
    init(_ value: Value, _ node: SourceNode) {
        self.init(value: value, location: node.location, keyPath: node.path.joined(separator: "."))
    }

    /// An error at the value's place.
    func error(_ message: String) -> SpecificationError {
        SpecificationError(message, at: location, keyPath: keyPath)
    }
}

extension Specification.DataSet {
    fileprivate init(_ node: SourceNode) throws(SpecificationError) {
        let members = try node.members(
            "a data set, such as {root: Data/desktop-icons}",
            among: ["root", "name", "domains", "onBadImage", "splits"])
        guard let path = members["root"]?.value else { throw node.error("the key “root” is missing") }
        root = try path.text("the path of a folder")
        location = path.location
        name =
            if let member = members["name"] { try member.value.text("the data set's name") } else {
                URL(fileURLWithPath: root).lastPathComponent
            }
        if let member = members["domains"] {
            var domains: [Specification.Located<String>] = []
            for element in try member.value.elements("a list of domains") {
                let domain = Specification.Located(try element.text("a domain"), element)
                guard !domains.contains(where: { $0.value == domain.value }) else {
                    throw element.error("the domain “\(domain.value)” is listed twice")
                }
                domains.append(domain)
            }
            guard !domains.isEmpty else { throw member.value.error("expected a list of domains, found an empty one") }
            self.domains = domains
        }
        splits =
            if let member = members["splits"] {
                .init(try member.value.text("the path of a folder of split files"), member.value)
            } else { nil }
        onBadImage = .fail
        if let member = members["onBadImage"] {
            let word = try member.value.text("“fail” or “skip”")
            guard let policy = Specification.BadImagePolicy(rawValue: word) else {
                throw member.value.error("expected “fail” or “skip”, found “\(word)”")
            }
            onBadImage = policy
        }
    }
}

extension Specification.Axis {
    fileprivate init(_ member: SourceNode.Member) throws(SpecificationError) {
        name = member.name
        location = member.key.location
        guard name != domainAxis else {
            throw member.key.error("“domain” is the axis of the stages that run for each domain; choose another name")
        }
        values = []
        for element in try member.value.elements("a list of values, such as [1, 2, 3]") {
            guard let text = element.scalarText, !element.isNull else {
                throw element.error("expected a number or a text, found \(element.found)")
            }
            // A target is a domain's name, also where that name is a number.
            let number = name == targetAxis ? nil : element.plainNumber
            let value = number.map(JSONValue.number) ?? .string(text)
            guard !values.contains(where: { $0.value == value }) else {
                throw element.error("the value \(text) is listed twice")
            }
            values.append(.init(value: value, location: element.location, keyPath: element.path.joined(separator: ".")))
        }
        guard !values.isEmpty else { throw member.value.error("expected a list of values, found an empty one") }
    }
}

/// Names separated by commas, or “none”.
func list(_ names: some Collection<String>) -> String {
    names.isEmpty ? "none" : names.joined(separator: ", ")
}
