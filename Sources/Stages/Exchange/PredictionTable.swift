import ArtifactStore
import Datasets
import Foundation

extension Evaluation.Prediction {
    /// Of the table that predictions are exported as, and that a command writes whose predictions are an evaluation.
    static let columns = ["image_path", "image_sha256", "label", "predicted", "probability"]

    /// The predictions of a table, one for each image, by position. Columns may come in any order, and others beside them.
    ///
    /// Probabilities become float32, as all are that come into the store.
    /// - Parameters:
    ///   - data: of the CSV file.
    ///   - file: what errors call it.
    ///   - manifest: the images that it is about.
    /// - Throws: `StageInputError` with the line and the column where an image is none of these, stands there twice, or has
    ///   another digest or class; where a class is unknown, or a probability is none; and for images without a row.
    package static func list(of data: Data, file: String, about manifest: DomainManifest) throws(StageInputError) -> [Self] {
        let text: String
        do { text = try TextFile.text(data) } catch { throw StageInputError("\(file): \(error)") }
        let table = try CommaSeparated(text, source: file)
        for name in columns where table.columns.count(where: { $0 == name }) != 1 {
            let found = table.columns.joined(separator: ", ")
            throw StageInputError("\(file), line 1: expected one column “\(name)”; it has \(found)")
        }
        let places = columns.map { name in table.columns.firstIndex(of: name) ?? 0 }
        let positions = Dictionary(
            manifest.images.enumerated().map { ($1.path, $0) }
        ) { first, _ in first }
        let classes = Dictionary(manifest.classes.enumerated().map { ($1, $0) }) { first, _ in first }
        var lines: [Int: Int] = [:], predictions: [Self] = []
        for (row, line) in zip(table.rows, table.lines) {
            func error(_ column: Int, _ problem: String) -> StageInputError {
                StageInputError("\(file), line \(line), column “\(columns[column])”: “\(row[places[column]])” \(problem)")
            }
            let path = Name(row[places[0]]), label = Name(row[places[2]]), predicted = Name(row[places[3]])
            guard let position = positions[path] else {
                let images = "is not one of the \(manifest.images.count) images of \(manifest.domain)"
                throw error(0, path.otherForm(among: positions.keys).map { "\(images): \($0)" } ?? images)
            }
            if let first = lines.updateValue(line, forKey: position) { throw error(0, "is already in line \(first)") }
            let image = manifest.images[position], truth = manifest.classes[image.label]
            guard row[places[1]].lowercased() == image.digest.description else {
                throw error(1, "is not the image's, which is \(image.digest)")
            }
            guard label == truth else { throw error(2, "is not the image's class, which is “\(truth)”") }
            guard let guess = classes[predicted] else {
                let near = nearest(to: predicted.text, among: manifest.classes.map(\.text)).map { "; did you mean “\($0)”?" }
                throw error(3, "is not one of the \(manifest.classes.count) classes\(near ?? "")")
            }
            guard let probability = Double(row[places[4]]), (0...1).contains(probability) else {
                throw error(4, "is not a number from 0 to 1")
            }
            predictions.append(
                Self(
                    position: position, label: image.label, predicted: guess, probability: Double(Float(probability))))
        }
        let missing = manifest.images.indices.filter { lines[$0] == nil }.map { manifest.images[$0].path }
        guard missing.isEmpty else {
            let shown = missing.prefix(3).map { "“\($0)”" }.joined(separator: ", ") + (missing.count > 3 ? ", …" : "")
            throw StageInputError(
                "\(file): \(missing.count) of the \(manifest.images.count) images of \(manifest.domain) have no row (\(shown))")
        }
        return predictions.sorted { $0.position < $1.position }
    }
}
