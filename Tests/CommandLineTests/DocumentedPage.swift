import Foundation

/// A page of the documentation as what stands in it to be run: README.md, or one under Docs.
struct DocumentedPage {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    let text: String

    /// - Parameter path: from the root of the repository.
    init(_ path: String) throws {
        text = try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
    }

    /// The lines of code that are of no named language: indented by four after an empty line, or between fences.
    var code: [Substring] {
        var code: [Substring] = [], fence: Substring?, previous: (line: Substring, isCode: Bool) = ("", false)
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                fence = fence == nil ? line.dropFirst(3) : nil
                previous = ("", false)
                continue
            }
            let isIndented = fence == nil && line.hasPrefix("    ") && (previous.line.isEmpty || previous.isCode)
            if isIndented { code.append(line.dropFirst(4)) } else if fence == "" { code.append(line) }
            previous = (line, isIndented)
        }
        return code
    }

    /// What stands between fences of a language, in order.
    func blocks(of language: String) -> [String] {
        text.matches(of: #/```(?<language>[a-z]+)\n(?<block>[^`]*)```/#)
            .filter { $0.output.language == language }.map { String($0.output.block) }
    }

    /// The command lines of a page, in order, without their remarks. A quotation may go over several lines.
    var commands: [String] {
        let programs = #/(\.build/release/)?spg(-[a-z]+)? |make |python3? |swift |git |cd |sh |\./|Scripts//#
        var commands: [String] = [], open: String?
        for line in code {
            let plain = line.hasPrefix("$ ") ? line.dropFirst(2) : line
            guard open != nil || plain.prefixMatch(of: programs) != nil else { continue }
            let command = [open, String(plain)].compactMap(\.self).joined(separator: "\n")
            guard command.count(where: { $0 == "\"" }).isMultiple(of: 2) else {
                open = command
                continue
            }
            open = nil
            let remark = command.firstRange(of: "  #")?.lowerBound ?? command.endIndex
            commands.append(command[..<remark].trimmingCharacters(in: .whitespaces))
        }
        return commands
    }

    /// A command after a prompt, and the lines of what it prints that the page shows.
    struct Step {
        let command: String
        var printed: [String] = []
    }

    /// The commands after a prompt, `$ `, in order.
    var steps: [Step] {
        code.reduce(into: []) { steps, line in
            if line.hasPrefix("$ ") {
                steps.append(Step(command: String(line.dropFirst(2))))
            } else if !steps.isEmpty {
                steps[steps.count - 1].printed.append(String(line))
            }
        }
    }
}
