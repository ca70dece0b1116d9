extension ImageFolder {
    /// A file or folder under the root that is not read.
    public struct UnusedEntry: Hashable, Sendable {
        /// For people: bytes that are no UTF-8 stand in hexadecimal.
        public let path: String
        public let reason: Unused.Reason
    }

    /// What is beside domains and beside classes and is not read, sorted. Of a data set whose images are listed nothing is
    /// said: what is not listed is not meant.
    /// - Throws: `DatasetError.unreadable` for a folder that cannot be listed.
    public func unusedAbove() throws(DatasetError) -> [UnusedEntry] {
        guard case .folders = layout.images else { return [] }
        var read: Set<Name> = [], above: Set<Name> = []
        for place in places.values.joined() {
            read.insert(place.path)
            var parent = place.path.text.utf8[...]
            while parent.count > root.utf8.count, let slash = parent.lastIndex(of: UInt8(ascii: "/")) {
                parent = parent[..<slash]
                if !above.insert(Name(Substring(parent))).inserted { break }
            }
        }
        var unused: [UnusedEntry] = []
        for folder in above {
            try FolderEntry.forEach(in: folder.text) { entry in
                let path = "\(folder)/\(entry.escaped)"
                if entry.hasName, read.contains(Name(path)) || above.contains(Name(path)) { return }
                let reason = entry.reasonAmongFolders
                let isEmpty = reason == .noDomain && Self.holds(path) { _ in true } == false
                unused.append(UnusedEntry(path: path, reason: isEmpty ? .empty : reason))
            }
        }
        return unused.sorted { Name($0.path) < Name($1.path) }
    }

    /// What is among the images of a domain and is no image by its name, sorted.
    /// - Throws: `DatasetError`: a domain that is not there, a folder that cannot be read.
    public func unused(of domain: Name) throws(DatasetError) -> [UnusedEntry] {
        var unused: [UnusedEntry] = []
        for case .folder(let folder, _) in places[domain] ?? [] {
            try FolderEntry.forEach(in: folder.text) { entry in
                guard let reason = entry.reasonAmongImages else { return }
                unused.append(UnusedEntry(path: "\(folder)/\(entry.escaped)", reason: reason))
            }
        }
        return unused.sorted { Name($0.path) < Name($1.path) }
    }

    /// Sentences about what a data set most likely has and is lost, by names and links that cannot be followed, and about
    /// names that are most likely meant to be one.
    /// - Parameter above: of `unusedAbove()`.
    public func warnings(_ above: [UnusedEntry]) -> [String] {
        let lost = above.compactMap { entry -> String? in
            switch entry.reason {
            case .deadLink: "“\(entry.path)” is a link that leads nowhere: no image of it is used"
            case .name:
                "“\(entry.path)” is not a UTF-8 name: its images are skipped. Rename it, for example with "
                    + "convmv -f latin1 -t utf8 -r --notest “\(root)”"
            case .noDomain where known == nil && Self.holdsLostImages(entry.path):
                "“\(entry.path)” has no class folder that can be read: no image of it is used. Images are expected at "
                    + "<domain>/<class>/<image>"
            default: nil
            }
        }
        return lost + lookalikes("domain", domains) + lookalikes("class", classes)
    }

    /// Whether a folder that is taken for no domain was most likely meant as one.
    private static func holdsLostImages(_ folder: String) -> Bool {
        holds(folder) { !$0.isHidden && ($0.isImage || !$0.hasName || $0.kind == .deadLink) } ?? false
    }

    /// Nil where the folder cannot be read.
    private static func holds(_ folder: String, _ condition: (FolderEntry) -> Bool) -> Bool? {
        try? FolderEntry.contains(in: folder, where: condition)
    }

    /// Names that differ and are one when they are composed.
    private func lookalikes(_ what: String, _ names: [Name]) -> [String] {
        Dictionary(grouping: names, by: \.composed).values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }.map { names in
            let forms = names.map { "“\($0.escaped)”" }.joined(separator: " and ")
            return "the \(what) “\(names[0])” is there under \(names.count) names that look alike, \(forms), and is taken as "
                + "\(names.count) of them; if it is one, say so: dataset: {normalizeNames: NFC}"
        }
    }
}
