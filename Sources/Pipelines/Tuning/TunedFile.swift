import ArtifactStore
import Foundation

/// A pipeline file that extends another one by the values that were chosen. The same choice makes the same bytes.
public struct TunedFile: Sendable {
    public let text: String

    /// - Parameters:
    ///   - outcome: of all trials.
    ///   - file: the path of the file that values were chosen for.
    ///   - url: where the new one is to lie.
    ///   - isForGood: whether a domain was held out, and the others have decided for all targets.
    ///   - command: what has chosen, as it may be typed again.
    /// - Throws: `SpecificationError` where the file cannot be read any more; `TuningError` where nothing could be chosen.
    public init(_ outcome: TuneOutcome, of file: String, at url: URL, isForGood: Bool, command: String) throws {
        if let choice = outcome.choices.first(where: { $0.best == nil }) {
            throw TuningError(
                description:
                    "no trial of “\(choice.title)”\(choice.inWords) could be judged; nothing is chosen, and no file written")
        }
        let tree = try SourceTree(extending: file)
        var new = SourceTree.empty
        new.set(["pipeline"], to: .word("\(outcome.pipeline)-tuned"))
        new.set(["extends"], to: .word(Self.path(of: file, from: url)))
        if tree["tune"] != nil { new.set(["tune"], to: SourceTree(.scalar("~", isPlain: true), at: SourceTree.empty.location)) }
        for row in outcome.choices.map(\.row).uniqued {
            let choices = outcome.choices.filter { $0.row == row }
            var differing: [(stage: String, parameter: String, place: Int)] = []
            for (place, value) in choices[0].search.values.enumerated() {
                let written = choices.compactMap { $0.best?.written[place] }
                if Set(written.map(\.content)).count == 1 {
                    new.set(value.path, to: written[0])
                } else if let (stage, parameter) = value.parameter {
                    differing.append((stage, parameter, place))
                }
            }
            for stage in differing.map(\.stage).uniqued {
                let path = ["stages", stage, "where"], before = new[path] ?? tree[path]
                let cells = choices.map { choice in
                    var cell = SourceTree.empty
                    choice.axis.map { cell.set([$0], to: .word(choice.value ?? "")) }
                    for value in differing where value.stage == stage {
                        choice.best.map { cell.set(["with", value.parameter], to: $0.written[value.place]) }
                    }
                    return cell
                }
                new.set(path, to: SourceTree(.sequence((before?.elements ?? []) + cells), at: SourceTree.empty.location))
            }
        }
        text = try Self.comments(outcome, isForGood: isForGood, command: command) + new.yaml()
    }

    /// What has chosen, by what, and how sure it is.
    private static func comments(_ outcome: TuneOutcome, isForGood: Bool, command: String) -> String {
        let lines =
            ["Chosen by: \(command)", outcome.criterion.inWords]
            + (isForGood ? ["The others have decided for all targets, and so each of them for itself, too."] : [])
            + outcome.choices.compactMap { choice in
                guard let best = choice.best else { return nil }
                let values = zip(choice.search.values, best.written).map { "\($0.title) \($1.shortText)" }
                let failed = choice.trials.filter { $0.accuracy == nil }.map { "\($0.trial)" }
                return "\(choice.title)\(choice.inWords): trial \(best.trial) of \(choice.trials.count), "
                    + "\(best.summary?.percentText ?? "–") %: \(values.joined(separator: ", "))"
                    + (failed.isEmpty ? "" : "; not judged: trial \(failed.joined(separator: ", "))")
            }
        // A name may hold a line feed, which would end the comment.
        return lines.map { "# " + $0.split(whereSeparator: \.isNewline).joined(separator: " ") + "\n" }.joined()
    }

    /// A path as a file at another place has to write it.
    private static func path(of file: String, from url: URL) -> String {
        // “..” leads up from where a folder really is; what a file extends is beside its name.
        func folder(_ url: URL) -> [String] {
            url.standardizedFileURL.deletingLastPathComponent().resolvingSymlinksInPath().pathComponents
        }
        let own = URL(fileURLWithPath: file), there = folder(own), here = folder(url)
        let shared = zip(there, here).prefix { $0 == $1 }.count
        let steps = here.dropFirst(shared).map { _ in ".." } + there.dropFirst(shared)
        return (steps + [own.lastPathComponent]).joined(separator: "/")
    }
}

extension TuneSettings.Criterion {
    fileprivate var inWords: String {
        switch self {
        case .leaveOneOut: "Judged by the accuracy on each source of what the other sources taught; no target was looked at."
        case .validation: "Judged by the accuracy on validation images of the sources; no target was looked at."
        }
    }
}

extension SourceTree {
    fileprivate static let empty = SourceTree(.mapping([]), at: SourceLocation(argument: ""))

    /// A text, with quotes where it would be read as something else without.
    fileprivate static func word(_ text: String) -> SourceTree {
        let isPlain = text.wholeMatch(of: #/[A-Za-z][A-Za-z0-9_.\/-]*/#) != nil
        let tree = SourceTree(.scalar(text, isPlain: isPlain), at: empty.location), node = SourceNode(tree)
        guard isPlain, node.isNull || node.plainBool != nil else { return tree }
        return SourceTree(.scalar(text, isPlain: false), at: empty.location)
    }

    fileprivate var elements: [SourceTree] { if case .sequence(let elements) = content { elements } else { [] } }

    fileprivate subscript(_ path: [String]) -> SourceTree? {
        path.reduce(self as SourceTree?) { $0?[$1] }
    }

    /// Puts a value where some keys lead to, which are added where they are not there.
    fileprivate mutating func set(_ path: [String], to value: SourceTree) {
        guard let key = path.first else {
            self = value
            return
        }
        var entries = entries
        let index = entries.firstIndex { $0.name == key } ?? entries.count
        if index == entries.count { entries.append(Entry(name: key, location: value.location, value: .empty)) }
        entries[index].value.set(Array(path.dropFirst()), to: value)
        content = .mapping(entries)
    }
}
