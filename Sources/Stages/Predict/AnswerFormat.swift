import ArtifactStore
import Datasets
import Foundation

/// How answers are written, line by line, as they come.
public enum AnswerFormat: String, CaseIterable, Sendable {
    /// Columns for people: probabilities in percent, and line breaks in names escaped.
    case text
    /// A JSON object in each line.
    case jsonl
    /// RFC 4180.
    case csv
    /// Tabs between fields; tabs, line breaks and backslashes in names escaped by a backslash.
    case tsv
}

/// Writes answers of one model.
public struct AnswerLines: Sendable {
    private let format: AnswerFormat
    /// How many classes an answer has, and whether their probabilities have spreads.
    private let count: Int, hasSpreads: Bool
    /// Of the longest name of a class.
    private let width: Int

    /// - Parameter count: how many classes answers name.
    public init(_ format: AnswerFormat, of model: ModelParts, best count: Int) {
        (self.format, self.count) = (format, min(count, model.classes.count))
        hasSpreads = (model.parameters["draws"]?.number ?? 1) > 1
        width = min(40, max(5, model.classes.map { $0.text.withoutControls.count }.max() ?? 0))
    }

    /// What comes before the first answer.
    public var header: String {
        switch format {
        case .text:
            String(repeating: column("class", " prob.") + (hasSpreads ? " " : ""), count: count) + "image\n"
        case .jsonl: ""
        case .csv: CommaSeparated.line(columns)
        case .tsv: columns.joined(separator: "\t") + "\n"
        }
    }

    private var columns: [String] {
        ["image", "sha256"]
            + (1...count).flatMap { rank in
                (["class", "probability"] + (hasSpreads ? ["spread"] : [])).map { rank == 1 ? $0 : "\($0)_\(rank)" }
            }
    }

    /// An answer, with a line feed.
    public func line(_ answer: Predictor.Answer) -> String {
        switch format {
        case .text:
            return answer.best.map {
                let spread = $0.spread.map { String(format: " ± %4.1f", 100 * $0) } ?? ""
                return column($0.className.text.withoutControls, String(format: "%5.1f%%", 100 * $0.probability) + spread)
            }.joined() + answer.path.withoutControls + "\n"
        case .jsonl:
            let best = answer.best.map(Self.members)
            let others = count == 1 ? "" : ",\"best\":[" + best.map { "{\($0)}" }.joined(separator: ",") + "]"
            return "{\"image\":\(quoted(answer.path)),\"sha256\":\"\(answer.digest)\",\(best[0])\(others)}\n"
        case .csv: return CommaSeparated.line(fields(answer))
        case .tsv: return fields(answer).map(\.escapedForTabs).joined(separator: "\t") + "\n"
        }
    }

    /// In the fewest digits that stand for the float32 numbers and no others.
    private static func members(
        _ item: (className: Name, probability: Float, spread: Float?)
    ) -> String {
        "\"class\":\(quoted(item.className.text)),\"probability\":\(item.probability)"
            + (item.spread.map { ",\"spread\":\($0)" } ?? "")
    }

    private func fields(_ answer: Predictor.Answer) -> [String] {
        [answer.path, "\(answer.digest)"]
            + answer.best.flatMap { item in
                [item.className.text, "\(item.probability)"] + (item.spread.map { ["\($0)"] } ?? [])
            }
    }

    private func column(_ name: String, _ number: String) -> String {
        let padding = String(repeating: " ", count: max(0, width - name.count))
        return "\(name)\(padding)  \(number)  "
    }
}

private func quoted(_ text: String) -> String { JSONValue.string(text).canonicalText }

extension String {
    /// For people: what would move the cursor is written out.
    package var withoutControls: String {
        guard unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return self }
        return unicodeScalars.map { scalar in
            switch scalar {
            case "\n": "\\n"
            case "\r": "\\r"
            case "\t": "\\t"
            case _ where scalar.properties.generalCategory == .control: "\\x" + String(scalar.value, radix: 16)
            default: String(scalar)
            }
        }.joined()
    }

    fileprivate var escapedForTabs: String {
        String(
            unicodeScalars.flatMap { scalar -> [Character] in
                switch scalar {
                case "\n": ["\\", "n"]
                case "\r": ["\\", "r"]
                case "\t": ["\\", "t"]
                case "\\": ["\\", "\\"]
                default: [Character(scalar)]
                }
            })
    }
}
