import Datasets
import Foundation

extension FeatureImport {
    /// The image of each row of the features.
    /// - Parameter table: which says it; nil where they are in the data set's order.
    /// - Throws: `StageInputError`, naming rows that fit no image and images without a row.
    func images(
        ofRows count: Int, of manifests: [DomainManifest], _ table: CommaSeparated?, source: String
    ) throws -> [LabelledImage] {
        let images = manifests.flatMap(\.images)
        if let table { return try listed(in: table, count: count, among: images, source: source) }
        guard count == images.count else {
            throw StageInputError(
                "\(source) has \(count) rows, and \(domains.map(\.text).joined(separator: ", ")) in \(folder.root) have "
                    + "\(images.count) images; say which image each row is of in a CSV file with a column “path” (--images)")
        }
        return try inOrderOfNames(manifests)
    }

    private func inOrderOfNames(_ manifests: [DomainManifest]) throws -> [LabelledImage] {
        let byPath = Dictionary(manifests.flatMap(\.images).map { ($0.path, $0) }) { first, _ in first }
        let names = manifests.map(\.domain).sorted()
        return try names.flatMap { try folder.images(of: $0).compactMap { byPath[$0.path] } }
    }

    private func listed(
        in table: CommaSeparated, count: Int, among images: [LabelledImage], source: String
    ) throws -> [LabelledImage] {
        let file = table.source
        func column(_ names: String...) -> Int? { table.columns.firstIndex { names.contains($0) } }
        guard let path = column("path", "image_path") else {
            throw StageInputError(
                "\(file) has no column “path” or “image_path”; it has \(table.columns.joined(separator: ", "))")
        }
        let sha256 = column("sha256", "image_sha256")
        guard table.rows.count == count else {
            throw StageInputError("\(source) has \(count) rows, and \(file) lists \(table.rows.count) images")
        }
        let byPath = Dictionary(images.map { ($0.path, $0) }) { first, _ in first }
        var found: [LabelledImage] = [], extra: [String] = [], seen: Set<Name> = []
        for row in table.rows {
            let name = row[path]
            let whole = name.utf8.first == UInt8(ascii: "/") ? name : folder.root + "/" + name
            guard
                let image = byPath[Name(whole)] ?? byPath[Name(URL(filePath: whole).standardizedFileURL.path)]
                    ?? byPath[Name(URL(filePath: name).standardizedFileURL.path)]
            else {
                extra.append(name)
                continue
            }
            guard seen.insert(image.path).inserted else { throw StageInputError("\(file) lists “\(name)” twice") }
            if let sha256, row[sha256].lowercased() != image.digest.description {
                throw StageInputError("“\(name)” is not the image that \(file) lists: its SHA-256 is \(image.digest)")
            }
            found.append(image)
        }
        let missing = images.filter { !seen.contains($0.path) }.map(\.path.text)
        guard extra.isEmpty, missing.isEmpty else {
            throw StageInputError(
                [
                    extra.isEmpty
                        ? nil
                        : "\(Self.list(extra, "of the images that \(file) lists are", "is")) not in "
                            + "\(domains.map(\.text).joined(separator: ", ")) of \(folder.root)",
                    missing.isEmpty ? nil : "\(Self.list(missing, "images have", "has")) no row in \(file)",
                ].compactMap(\.self).joined(separator: "; ") + "; choose domains with --domain, or complete the features")
        }
        return found
    }

    /// Such as “2 images have (“a.jpg”, “b.jpg”)”.
    private static func list(_ names: [String], _ many: String, _ one: String) -> String {
        let shown = names.prefix(3).map { "“\($0)”" }.joined(separator: ", ") + (names.count > 3 ? ", …" : "")
        return names.count == 1 ? "\(shown) \(one)" : "\(names.count) \(many) (\(shown))"
    }
}
