import Datasets

/// Which images of one domain came, went or changed from one manifest to another.
///
/// An image is its bytes: a file that was moved or renamed is the same image, and is not among these.
struct ManifestDifference: Hashable {
    /// A file, by the last parts of its path: domain, class and name.
    struct Change: Hashable {
        enum Kind: Hashable {
            case added, removed
            case changed(from: Digest, to: Digest)
            case relabelled(from: Name, to: Name)
        }

        var file: Name
        var kind: Kind
    }

    /// Sorted by file.
    private(set) var changes: [Change] = []
    /// Classes of the data set that only one of the two knows.
    private(set) var newClasses: [Name]
    private(set) var goneClasses: [Name]

    init(from old: DomainManifest, to new: DomainManifest) {
        newClasses = new.classes.filter { !old.classes.contains($0) }
        goneClasses = old.classes.filter { !new.classes.contains($0) }
        let (gone, come) = (old.images(not: new), new.images(not: old))
        let files = Dictionary(grouping: gone) { $0.file }.compactMapValues(\.first)
        let digests = Dictionary(grouping: gone) { $0.digest }.compactMapValues(\.first)
        var explained: Set<LabelledImage> = []
        for image in come {
            if let before = files[image.file] {
                explained.insert(before)
                changes.append(Change(file: image.file, kind: .changed(from: before.digest, to: image.digest)))
            } else if let before = digests[image.digest], !explained.contains(before) {
                explained.insert(before)
                let labels = (old.classes[before.label], new.classes[image.label])
                changes.append(Change(file: image.file, kind: .relabelled(from: labels.0, to: labels.1)))
            } else {
                changes.append(Change(file: image.file, kind: .added))
            }
        }
        changes += gone.filter { !explained.contains($0) }.map { Change(file: $0.file, kind: .removed) }
        changes.sort { $0.file < $1.file }
    }

    /// Such as “3 added, 1 changed”.
    var summary: String {
        func count(_ word: String, _ isOfKind: (Change.Kind) -> Bool) -> String? {
            let count = changes.count { isOfKind($0.kind) }
            return count == 0 ? nil : "\(count) \(word)"
        }
        let parts = [
            count("added") { $0 == .added }, count("removed") { $0 == .removed },
            count("changed") { if case .changed = $0 { true } else { false } },
            count("of another class") { if case .relabelled = $0 { true } else { false } },
            newClasses.isEmpty ? nil : "new classes: " + newClasses.map(\.text).joined(separator: ", "),
            goneClasses.isEmpty ? nil : "classes gone: " + goneClasses.map(\.text).joined(separator: ", "),
        ].compactMap(\.self)
        return parts.isEmpty ? "the same images in another order" : parts.joined(separator: ", ")
    }

    /// A line for each file.
    var lines: [String] {
        changes.map { change in
            switch change.kind {
            case .added: "+ \(change.file)"
            case .removed: "- \(change.file)"
            case .changed(let old, let new): "~ \(change.file)  \(old.short) → \(new.short)"
            case .relabelled(let old, let new): "~ \(change.file)  \(old) → \(new)"
            }
        }
    }
}

extension DomainManifest {
    /// The images that another manifest does not have under the same class.
    fileprivate func images(not other: DomainManifest) -> [LabelledImage] {
        struct Identity: Hashable {
            let digest: Digest
            let label: Name
        }
        var there: [Identity: Int] = [:]
        for image in other.images { there[Identity(digest: image.digest, label: other.classes[image.label]), default: 0] += 1 }
        return images.filter { image in
            let identity = Identity(digest: image.digest, label: classes[image.label])
            guard let count = there[identity], count > 0 else { return true }
            there[identity] = count - 1
            return false
        }
    }
}

extension LabelledImage {
    fileprivate var file: Name { Name(path.text.split(separator: "/").suffix(3).joined(separator: "/")) }
}
