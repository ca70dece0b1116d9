import ArtifactStore
import Datasets
import Foundation

extension ModelBundle {
    /// What it holds, for people: a label and its value in each row.
    public var description: [(label: String, value: String)] {
        let learned = parts.learned.tensors.sorted { $0.key < $1.key }
        let numbers = learned.reduce(0) { $0 + $1.value.count }
        var rows: [(label: String, value: String)] = [
            ("bundle", url.relativePath), ("SHA-256", digest.description), ("written by", program),
            ("method", "\(parts.learned.method) (\(parts.kind))\(parts.learned.seed.map { ", seed \($0)" } ?? "")"),
            ("parameters", parts.parameters.canonicalText),
            (
                "learned",
                learned.isEmpty
                    ? "nothing" : "\(numbers) numbers: " + learned.map { "\($0.key) \($0.value.shape)" }.joined(separator: ", ")
            ),
            ("classes", "\(parts.classes.count): " + parts.classes.map(\.text.withoutControls).joined(separator: ", ")),
            ("encoder", "\(parts.encoder.name), \(parts.encoder.dimension) features, weights \(parts.encoder.weightsText)"),
            (
                "",
                encoderBytes > 0 ? "carried, \(encoderBytes) bytes" : "referred to; looked for beside the bundle and in Models"
            ),
            ("encoder's identity", parts.encoder.parameters.canonicalText),
        ]
        for (key, facts) in parts.provenance["artifacts"]?.members.sorted(by: { $0.key < $1.key }) ?? [] {
            rows.append(("made of \(key.prefix(12))", facts.canonicalText))
        }
        return rows
    }
}
