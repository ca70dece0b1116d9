import ArgumentParser
import ArtifactStore
import Foundation

/// A command line that is being typed, as a shell shows it to whoever completes it, without quotation marks.
public struct TypedWords: Sendable {
    /// All words, the program's name first.
    public let words: [String]
    /// What is there of the word that is being completed, before the cursor.
    public let beginning: String
    private let index: Int

    /// - Parameters:
    ///   - words: as they were typed, quotation marks included; without them in fish before version 4.
    ///   - index: which of them is being completed.
    ///   - beginning: what is before the cursor.
    init(_ words: [String], _ index: Int, _ beginning: String) {
        let shell = CompletionShell.requesting
        let isPlain = shell == .fish && CompletionShell.requestingVersion?.hasPrefix("3") == true
        func plain(_ word: String) -> String { isPlain && word != "''" ? word : Self.unquoted(word) }
        let before = words.prefix(max(0, index)), word = words.dropFirst(before.count).first ?? ""
        let whole = shell == .bash ? Self.joined(Array(before)) : Array(before)
        self.words = (whole + words.dropFirst(before.count)).map(plain)
        self.index = whole.count
        self.beginning = plain(word.hasPrefix(beginning) ? beginning : word)
    }

    /// The values of an option that stand there, as `--store FILE` or as `--store=FILE`.
    public func values(of option: String) -> [String] {
        words.indices.compactMap { place in
            guard place != index else { return nil }
            if words[place].hasPrefix(option + "=") { return String(words[place].dropFirst(option.count + 1)) }
            guard words[place] == option, words.indices.contains(place + 1), place + 1 != index else { return nil }
            return words[place + 1]
        }
    }

    /// Words that bash has taken apart at = and :, each of which it takes for a word.
    private static func joined(_ words: [String]) -> [String] {
        var whole: [String] = [], isOpen = false
        for word in words {
            let isJoint = word == "=" || word == ":"
            if let last = whole.indices.last, isJoint || isOpen { whole[last] += word } else { whole.append(word) }
            isOpen = isJoint
        }
        return whole
    }

    /// The first word that is the name of a YAML file.
    public var pipelineFile: String? {
        words.indices.dropFirst().first { place in
            place != index && [".yaml", ".yml"].contains(where: words[place].hasSuffix)
                && FileManager.default.fileExists(atPath: words[place])
        }.map { words[$0] }
    }

    /// The store that the command is about, for a glance.
    public func store() throws -> ArtifactStore {
        try ArtifactStore(glancingAt: values(of: "--store").last ?? StoreOptions.standard)
    }

    /// A word as the shell would take it, where its quotation may not be closed yet. Variables stay as they are.
    static func unquoted(_ word: String) -> String {
        var text = "", quotation: Character?, isEscaped = false
        for character in word {
            switch (character, quotation) {
            case _ where isEscaped:
                // Between double quotation marks a backslash is one, but before these.
                if quotation == "\"", !"\"\\$`".contains(character) { text.append("\\") }
                text.append(character)
                isEscaped = false
            case ("\\", nil), ("\\", "\""): isEscaped = true
            case ("'", nil), ("\"", nil): quotation = character
            case (quotation, _): quotation = nil
            default: text.append(character)
            }
        }
        return text
    }
}
