extension ImageFolder {
    /// Files and folders under the root that are not read, sorted: beside domains, beside classes and among images.
    /// Of a data set whose images are listed nothing is said: what is not listed is not meant.
    public func unused() throws(DatasetError) -> [String] {
        guard case .folders = layout.images else { return [] }
        var read: Set<String> = [], above: Set<String> = []
        for place in places.values.joined() {
            guard case .folder(let folder, _) = place else { continue }
            read.insert(folder)
            var parent = Substring(folder)
            while parent.count > root.count, let slash = parent.lastIndex(of: "/") {
                parent = parent[..<slash]
                if !above.insert(String(parent)).inserted { break }
            }
        }
        var unused: [String] = []
        for folder in above {
            let paths = try contents(of: folder).map { "\(folder)/\($0)" }
            unused += paths.filter { !read.contains($0) && !above.contains($0) }
        }
        for folder in read {
            unused += try contents(of: folder).filter { !Self.isImage($0) }.map { "\(folder)/\($0)" }
        }
        return unused.sorted(by: precedes)
    }
}
