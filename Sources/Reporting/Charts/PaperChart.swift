import ArtifactStore

/// A chart for a document: as wide as a column, with letters of a size.
public struct PaperChart: Sendable {
    /// Of its files.
    public let name: String
    /// Whole, with colours and fonts.
    public let specification: JSONValue
    /// Points on paper for each pixel of the specification: everything in a chart keeps the proportions that it has in a page.
    public let scale: Double
}

extension Chart {
    /// The size of letters in a page, in pixels.
    private static let pageLetters = 12.0

    /// The chart as a document shows it: what a page shows of one target at a time, once for each target.
    /// - Parameters:
    ///   - width: of the column, in points.
    ///   - letters: the size of letters, in points; smaller in a chart that is too wide for the column otherwise.
    public func papers(width: Double, letters: Double) -> [PaperChart] {
        let pixels = max(Double(narrowest), (width / letters * Self.pageLetters * 10).rounded() / 10)
        let targets = choices.first { $0.name == TargetChoice.name }?.options ?? []
        func paper(_ target: String?) -> PaperChart {
            var members = specification.members
            members["width"] = .number(pixels)
            members["config"] = ChartTheme.paper(size: Self.pageLetters)
            if let target, case .array(let parameters)? = members["params"] {
                members["params"] = .array(
                    parameters.map { parameter in
                        guard parameter["name"] == .string(TargetChoice.name) else { return parameter }
                        return .object(parameter.members.merging(["value": .string(target)]) { _, own in own })
                    })
            }
            return PaperChart(
                name: ([name] + [target?.folderName].compactMap(\.self)).joined(separator: "-").shortenedName,
                specification: .object(members), scale: width / pixels)
        }
        return targets.isEmpty ? [paper(nil)] : targets.map(paper)
    }
}
