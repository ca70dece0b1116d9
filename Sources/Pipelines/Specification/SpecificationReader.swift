import ArtifactStore
import Datasets
import Foundation
import Imaging
import Stages
import Tensors

// How each part of a pipeline file is read.

extension Specification {
    /// - Parameter unedited: what the file says without the values of `--set`; nil where none is set.
    init(
        _ root: SourceNode, unedited: SourceNode?, file: String, kinds: [StageKind]
    ) throws(SpecificationError) {
        let members = try root.members("a pipeline: a mapping with the keys \(Self.keyList)", among: Self.keys)
        func required(_ key: String) throws(SpecificationError) -> SourceNode {
            guard let member = members[key] else { throw root.error("the key “\(key)” is missing") }
            return member.value
        }
        self.file = file
        name = try required("pipeline").text("the pipeline's name")
        dataSet = try DataSet(required("dataset"))
        (checkpoint, precision, textPrecision, preprocessing, importedEncoder) = try Self.encoder(required("encoder"))
        targets = try Self.targets(members["targets"]?.value)
        let matrix = try Matrix(members["matrix"]?.value, unedited: unedited, targets: targets)
        (self.matrix, cells, cellNames) = (matrix.axes, matrix.cells, matrix.names)
        stages = []
        let names = try required("stages").members("stages: a mapping from names to what they use")
        guard !names.isEmpty else { throw try required("stages").error("a pipeline has at least one stage") }
        let usual = [StageKind.textPrecision: JSONValue.string(textPrecision.value.rawValue)]
        for member in names { stages.append(try Stage.read(member, kinds: kinds, usual: usual, matrix: matrix.axes)) }
        (rows, columns) = ([], [])
        executor = try Self.word(members["executor"]?.value, or: ExecutorKind.local)
        if let node = members["executors"]?.value {
            let executors = try node.members(
                "settings of executors, such as {slurm: {partition: cpu}}", among: [ExecutorKind.slurm.rawValue])
            if let slurm = executors.first { self.slurm = try SlurmSettings(slurm.value, stages: stages) }
        }
        try connectStages()
        try checkOrigin()
        rows = try Self.rows(members["results"]?.value, stages: stages, fileOrder: names.map(\.name))
        if let node = members["tune"]?.value { tuning = try TuneSettings(node, of: self, root: root) }
        if let node = members["rows"]?.value { try keepRows(node) }
        columns = try columns(members["columns"]?.value)
    }

    /// A pipeline has one encoder, and so one origin of features.
    private func checkOrigin() throws(SpecificationError) {
        guard case .torch = origin else {
            guard importedEncoder != nil, let stage = stages.first(where: { $0.kind.name == TorchExtraction.kind.name }) else {
                return
            }
            throw stage.error(nil, "imported features are not encoded; use extract, or leave “imported” out of the encoder")
        }
        guard let stage = stages.first(where: { $0.kind.name == ExtractStage.kind.name }) else { return }
        throw stage.error(
            nil, "features of one pipeline have one origin; use either extract or encode-with-torch in all stages")
    }

    private static func targets(_ node: SourceNode?) throws(SpecificationError) -> [DataSet] {
        guard let node else { return [] }
        var targets: [DataSet] = []
        for member in try node.members("data sets to test on, such as {PACS: {root: Data/PACS}}") {
            try checkName(member)
            targets.append(try DataSet(member.value, label: member.name))
        }
        guard !targets.isEmpty else { throw node.error("expected data sets to test on, found none") }
        return targets
    }

    /// Keeps the rows that are listed, and the stages that they need.
    private mutating func keepRows(_ node: SourceNode) throws(SpecificationError) {
        let known = rows.map(\.stage)
        var kept: Set<String> = []
        for element in try node.elements("a list of rows, such as [zero-shot, spg]") {
            let name = try element.text("a stage that is a row of the table")
            guard known.contains(name) else {
                throw element.error("the table has no row of this stage\(suggestion(for: name, among: known))")
            }
            kept.insert(name)
        }
        guard !kept.isEmpty else { throw node.error("expected rows of the table; there are: \(list(known))") }
        keepRows(kept)
    }

    /// Keeps some rows of the table, and the stages that they need.
    /// - Parameter names: of the rows' stages.
    mutating func keepRows(_ names: Set<String>) {
        rows.removeAll { !names.contains($0.stage) }
        let needed = names.reduce(into: Set<String>()) { $0.formUnion(stagesNeeded(by: $1)) }
        stages.removeAll { !needed.contains($0.name) }
    }

    /// What the columns of the table are by: where the file does not say, the domains of each test.
    private func columns(_ node: SourceNode?) throws(SpecificationError) -> [String] {
        let known = matrix.map(\.name) + (targets.isEmpty ? [] : [dataSetColumn])
        guard let node else { return [sourceAxis, targetAxis].filter(known.contains) }
        var columns: [String] = []
        let nodes = if case .sequence = node.tree.content { try node.elements("a list of axes") } else { [node] }
        for element in nodes {
            let name = try element.text("an axis of the matrix")
            guard known.contains(name) else {
                throw element.error("the matrix has no axis “\(name)”\(suggestion(for: name, among: known))")
            }
            guard name != "seed", !columns.contains(name) else {
                throw element.error("columns are by different axes, and seeds are summarized in each")
            }
            columns.append(name)
        }
        return columns
    }

    private static func encoder(
        _ node: SourceNode
    ) throws(SpecificationError) -> (
        checkpoint: Located<String>, precision: Located<Precision>, textPrecision: Located<Precision>,
        preprocessing: ColorOrder, imported: String?
    ) {
        let members = try node.members(
            "an encoder, such as {checkpoint: Models/icon-clip}",
            among: ["checkpoint", "precision", "textPrecision", "preprocessing", "imported"])
        guard let path = members["checkpoint"]?.value else { throw node.error("the key “checkpoint” is missing") }
        let checkpoint = Located(try path.text("the path of a CLIP checkpoint"), path)
        func precision(_ name: String) throws(SpecificationError) -> Located<Precision> {
            let member = members[name]?.value
            return Located(try word(member, or: Precision.float32), member ?? node)
        }
        let textPrecision = try precision("textPrecision")
        if let member = members["imported"] {
            for name in ["precision", "preprocessing"] where members[name] != nil {
                throw member.key.error("imported features have no \(name); leave one of the two out")
            }
            return (
                checkpoint, Located(.float32, node), textPrecision, .dassl,
                try member.value.text("the name of an imported encoder")
            )
        }
        let order = try word(members["preprocessing"]?.value, or: ColorOrder.dassl)
        return (checkpoint, try precision("precision"), textPrecision, order, nil)
    }

    /// One of the words that a type has.
    static func word<Word: RawRepresentable<String> & CaseIterable>(
        _ node: SourceNode?, or usual: Word
    ) throws(SpecificationError) -> Word {
        guard let node else { return usual }
        let expected = Word.allCases.map { "“\($0.rawValue)”" }.joined(separator: " or "), text = try node.text(expected)
        guard let word = Word(rawValue: text) else { throw node.error("expected \(expected), found “\(text)”") }
        return word
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
    /// - Parameter label: what the file calls it under `targets:`.
    fileprivate init(_ node: SourceNode, label: String? = nil) throws(SpecificationError) {
        self.label = label
        let members = try node.members(
            "a data set, such as {root: Data/desktop-icons}",
            among: ["root", "name", "domains", "onBadImage", "normalizeNames", "splits"])
        guard let path = members["root"]?.value else { throw node.error("the key “root” is missing") }
        root = try path.text("the path of a folder")
        location = path.location
        name =
            if let member = members["name"] { try member.value.text("the data set's name") } else {
                label ?? URL(fileURLWithPath: root).lastPathComponent
            }
        names = .bytes
        if let member = members["normalizeNames"] {
            let word = try member.value.text("“NFC” or “bytes”")
            guard let form = NameForm(rawValue: word) else {
                throw member.value.error("expected “NFC” or “bytes”, found “\(word)”")
            }
            names = form
        }
        if let member = members["domains"] {
            var domains: [Specification.Located<Name>] = []
            for element in try member.value.elements("a list of domains") {
                let domain = Specification.Located(Name(try element.text("a domain")).taken(names), element)
                guard !domains.contains(where: { $0.value == domain.value }) else {
                    throw element.error("the domain “\(domain.value)” is listed twice")
                }
                domains.append(domain)
            }
            guard !domains.isEmpty else { throw member.value.error("expected a list of domains, found an empty one") }
            self.domains = domains
        }
        if let member = members["splits"], let splits = try Specification.Splits(member.value) {
            self.splits = .init(splits, member.value)
        }
        onBadImage = try Specification.word(members["onBadImage"]?.value, or: .fail)
    }
}

extension Specification.Splits {
    /// A folder, or whose way is followed; nil where the stages' seeds split.
    fileprivate init?(_ node: SourceNode) throws(SpecificationError) {
        guard case .mapping = node.tree.content else {
            self = .files(try node.text("the path of a folder of split files, or {as: spg}"))
            return
        }
        let members = try node.members("a way to split, such as {as: spg}", among: ["as", "seed"])
        guard let way = members["as"]?.value else { throw node.error("the key “as” is missing") }
        let word = try way.text("whose way is followed"), all = AuthorsSplit.Authors.allCases.map(\.rawValue)
        guard let authors = AuthorsSplit.Authors(rawValue: word) else {
            guard word == "seed" else {
                throw way.error("expected \((all + ["seed"]).map { "“\($0)”" }.joined(separator: " or ")), found “\(word)”")
            }
            if let seed = members["seed"]?.value {
                throw seed.error("stages have seeds of their own, splitSeed; leave this out")
            }
            return nil
        }
        var split = AuthorsSplit(authors)
        if let seed = members["seed"]?.value {
            guard let number = seed.scalarText.flatMap(UInt64.init) else {
                throw seed.error("expected a whole number from 0, found \(seed.found)")
            }
            split.seed = number
        }
        self = .authors(split)
    }
}

/// Names separated by commas, or “none”.
func list(_ names: some Collection<String>) -> String {
    names.isEmpty ? "none" : names.joined(separator: ", ")
}
