import Foundation

extension SourceTree {
    /// Reads a pipeline file together with the files that it extends.
    /// - Parameter file: its path.
    init(extending file: String) throws(SpecificationError) {
        var budget = SourceBudget()
        try self.init(extending: file, above: [], &budget)
    }

    private init(
        extending file: String, above files: [String], _ budget: inout SourceBudget
    ) throws(SpecificationError) {
        self = try SourceTree(contentsOf: URL(fileURLWithPath: file)).extended(file: file, above: files, &budget)
    }

    /// The tree with those of the files that it extends under it.
    ///
    /// `extends: shared.yaml`, or a list of files, each beside the file that says so. Their values come first, later files
    /// over earlier ones, and the file's own over all. Mappings are merged key by key; any other value takes the place of the
    /// one before, and `~` takes a key out.
    /// - Parameter file: the path of this tree's file.
    func extended(file: String) throws(SpecificationError) -> SourceTree {
        var budget = SourceBudget()
        return try extended(file: file, above: [], &budget)
    }

    /// - Parameter files: the absolute paths of those that extend it.
    private func extended(
        file: String, above files: [String], _ budget: inout SourceBudget
    ) throws(SpecificationError) -> SourceTree {
        guard case .mapping(let all) = content, let extends = self["extends"] else { return self }
        let chain = files + [Self.absolute(file)]
        var merged: SourceTree?
        for node in try Self.parents(SourceNode(extends, path: ["extends"])) {
            let name = try node.text("the path of a pipeline file")
            let folder = name.hasPrefix("/") ? "" : file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
            guard !chain.contains(Self.absolute(folder + name)) else {
                throw node.error("“\(name)” extends, in the end, itself")
            }
            try budget.spendFile(at: node.location)
            let parent: SourceTree
            do throws(SpecificationError) {
                parent = try SourceTree(extending: folder + name, above: chain, &budget)
            } catch {
                guard error.location == nil else { throw error }
                throw node.error("“\(name)” cannot be extended: \(error.message)")
            }
            merged = merged?.merged(with: parent) ?? parent
        }
        let own = SourceTree(.mapping(all.filter { $0.name != "extends" }), at: location)
        return merged?.merged(with: own) ?? own
    }

    private static func absolute(_ file: String) -> String { URL(fileURLWithPath: file).standardizedFileURL.path }

    private static func parents(_ node: SourceNode) throws(SpecificationError) -> [SourceNode] {
        if case .sequence = node.tree.content { return try node.elements("a list of files") }
        return [node]
    }

    /// This tree with another one over it.
    private func merged(with over: SourceTree) -> SourceTree {
        guard case .mapping(var entries) = content, case .mapping(let others) = over.content else { return over }
        for other in others {
            guard let index = entries.firstIndex(where: { $0.name == other.name }) else {
                entries.append(other)
                continue
            }
            if other.value.isNull {
                entries.remove(at: index)
            } else {
                entries[index].value = entries[index].value.merged(with: other.value)
                entries[index].location = other.location
            }
        }
        return SourceTree(.mapping(entries), at: over.location)
    }
}
