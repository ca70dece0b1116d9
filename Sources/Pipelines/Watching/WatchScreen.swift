import Foundation
import Reporting

/// What a terminal shows of a pipeline: as much as there is room for, what runs first, and a line that says what is left out.
public struct WatchScreen: Hashable, Sendable {
    public let lines: [ScreenLine]

    /// - Parameters:
    ///   - moment: how the pipeline stands.
    ///   - columns: how wide the terminal is; lines may be longer.
    ///   - rows: how many lines it has.
    ///   - keys: what leaves the screen, for its last line.
    public init(_ moment: PipelineMoment, columns: Int, rows: Int, keys: String) {
        var head = [ScreenLine(moment.title, .strong)]
        if let request = moment.request {
            let file = request.request.file.map { " by \($0)" } ?? ""
            let edits = request.request.edits.map { ", --set \($0)" }.joined()
            head.append(ScreenLine("asked for at \(request.asked)\(file)\(edits)", .quiet))
        }
        let foot = ScreenLine(keys, .quiet)
        guard rows > head.count + 2 else {
            lines = Array((head + [foot]).prefix(max(1, rows)))
            return
        }
        let room = rows - head.count - 1
        lines = head + Self.filled(moment.sections(columns: columns), room: room) + [foot]
    }

    /// The first line of each block in order, then the details of as many blocks as there is room for, and last the empty lines
    /// between sections.
    private static func filled(_ sections: [Section], room: Int) -> [ScreenLine] {
        let heads = sections.reduce(0) { $0 + $1.blocks.count }
        // One line is needed to say what is left out.
        var shown = heads > room ? room - 1 : heads, rest = room - (heads > room ? room : heads)
        var parts: [[ScreenLine]] = [], leftOut: [String] = []
        for section in sections {
            let count = min(shown, section.blocks.count)
            shown -= count
            if count < section.blocks.count { leftOut.append("\(section.blocks.count - count) \(section.name)") }
            var part: [ScreenLine] = []
            for block in section.blocks.prefix(count) {
                let details = block.details.prefix(max(0, rest))
                rest -= details.count
                part += [block.head] + details
            }
            if !part.isEmpty { parts.append(part) }
        }
        if !leftOut.isEmpty { parts.append([ScreenLine("… and \(leftOut.joined(separator: ", "))", .quiet)]) }
        let isAiry = leftOut.isEmpty && rest >= parts.count
        return parts.flatMap { (isAiry ? [ScreenLine("")] : []) + $0 }
    }
}

/// Blocks of one sort.
private struct Section {
    /// Such as `running`, after a number.
    let name: String
    let blocks: [Block]
}

private struct Block {
    let head: ScreenLine
    var details: [ScreenLine] = []
}

extension PipelineMoment {
    fileprivate func sections(columns: Int) -> [Section] {
        let stages = stages
        let width = stages.map(\.name.count).max() ?? 0, digits = "\(instances.count)".count
        return [
            Section(
                name: "running",
                blocks: running.map { instance, how in
                    Block(head: ScreenLine("\(instance.name)  \(how.text)"), details: charts(of: how.curves, columns))
                }),
            Section(
                name: "failed",
                blocks: failed.map { instance, message in
                    Block(head: ScreenLine("\(instance.name)  failed: \(gist(of: message))", .alarm))
                }),
            Section(
                name: "stopped",
                blocks: stopped.map { instance, epoch in
                    Block(head: ScreenLine("\(instance.name)  stopped\(epoch.map { " after epoch \($0)" } ?? "")"))
                }),
            Section(
                name: "stages",
                blocks: stages.map { stage in
                    let bar = String(repeating: "█", count: 20 * stage.made / stage.all)
                    let counts = [(stage.running, "running"), (stage.failed, "failed")].filter { $0.0 > 0 }
                    let figures = [stage.seconds.map { clockTime($0) + " each" }] + counts.map { "\($0.0) \($0.1)" }
                    let head = [
                        stage.name.padded(to: width),
                        "\(stage.made)".padded(to: digits, atEnd: false) + " of "
                            + "\(stage.all)".padded(to: digits, atEnd: false),
                        bar.padded(to: 20, with: "·"), figures.compactMap(\.self).joined(separator: ", "),
                    ]
                    let trained = latest[stage.name]
                    return Block(
                        head: ScreenLine(head.joined(separator: "  ")),
                        details: trained.map { [ScreenLine("  \($0.name)", .quiet)] + charts(of: $0.curves, columns) } ?? [])
                }),
        ]
    }

    /// A line for each curve: its name, its course, its last value.
    private func charts(of curves: [Curve], _ columns: Int) -> [ScreenLine] {
        let width = curves.map(\.name.count).max() ?? 0
        return curves.map { curve in
            let chart = blockChart(curve.values, width: min(60, max(8, columns - width - 16)))
            return ScreenLine("    \(curve.name.padded(to: width))  \(chart)  \(curve.last.map(figure) ?? "")")
        }
    }
}

extension String {
    /// The text with spaces up to a width.
    fileprivate func padded(to width: Int, with character: Character = " ", atEnd: Bool = true) -> String {
        let space = String(repeating: character, count: max(0, width - count))
        return atEnd ? self + space : space + self
    }
}
