import Datasets
import Foundation

/// Places of images in two dimensions that another program has computed, such as t-SNE's: a table with the columns
/// `image_sha256`, `x` and `y`.
public struct ImagePoints: Sendable {
    /// The file's name.
    public let name: String
    private let places: [Digest: (x: Double, y: Double)]

    /// - Throws: `StageInputError` with the file and the line; an error of Foundation where the file cannot be read.
    public init(contentsOf url: URL) throws {
        name = url.lastPathComponent
        let text: String, data = try Data(contentsOf: url)
        do { text = try TextFile.text(data) } catch { throw StageInputError("\(url.relativePath): \(error)") }
        let table = try CommaSeparated(text, source: url.relativePath)
        let columns = try ["image_sha256", "x", "y"].map { name in
            guard let place = table.columns.firstIndex(of: name) else {
                let found = table.columns.joined(separator: ", ")
                throw StageInputError("\(url.relativePath), line 1: expected a column “\(name)”; it has \(found)")
            }
            return place
        }
        var places: [Digest: (x: Double, y: Double)] = [:]
        for (row, line) in zip(table.rows, table.lines) {
            guard let digest = Digest(row[columns[0]]), let x = Double(row[columns[1]]), let y = Double(row[columns[2]]),
                x.isFinite, y.isFinite
            else { throw StageInputError("\(url.relativePath), line \(line): expected a digest of 64 digits and two numbers") }
            places[digest] = (x, y)
        }
        self.places = places
    }

    /// The places of some images, nil for one that the table does not have.
    /// - Throws: `StageInputError` where it has none of them.
    public func places(of images: [Digest]) throws(StageInputError) -> [(x: Double, y: Double)?] {
        let found = images.map { places[$0] }
        guard found.contains(where: { $0 != nil }) else {
            throw StageInputError("\(name) has none of the \(images.count) images that a map shows")
        }
        return found
    }
}
