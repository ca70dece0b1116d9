import ArgumentParser
import ArtifactStore
import Datasets
import Foundation

extension CompletionKind {
    /// What a word may become, by what is there when it is typed. Where that cannot be told, nothing is offered.
    public static func candidates(_ find: @escaping @Sendable (TypedWords) throws -> [String]) -> CompletionKind {
        .custom { words, index, beginning in
            let typed = TypedWords(words, index, beginning)
            let found = (try? find(typed)) ?? []
            var seen: Set<Name> = []
            return found.filter { $0.utf8.starts(with: typed.beginning.utf8) && seen.insert(Name($0)).inserted }
                .compactMap { text in CompletionShell.requesting.map(text.asCandidate) ?? text }
        }
    }

    /// Artifacts in the store of some kinds, or of any.
    public static func artifacts(_ kinds: ArtifactKind...) -> CompletionKind {
        .candidates { try $0.store().names(beginning: $0.beginning, kinds: kinds) }
    }

    /// The domains of the data set in the folder that an option names.
    public static func domains(of option: String) -> CompletionKind {
        .candidates { typed in
            let root = URL(filePath: typed.values(of: option).last ?? "")
            return try ImageFolder(root: root, name: typed.values(of: "--dataset").last ?? root.lastPathComponent)
                .domains.map(\.text)
        }
    }

    /// The encoders that features were imported of.
    public static var importedEncoders: CompletionKind { .candidates { try $0.store().importedEncoderNames() } }

    /// The data sets that are known by name.
    public static func dataSets(and others: String...) -> CompletionKind {
        .list(KnownDataSet.all.map(\.name) + others)
    }
}

extension String {
    /// The text in the form in which the shell's script takes it for what it is; nil for a text that no line can have.
    fileprivate func asCandidate(of shell: CompletionShell) -> String? {
        guard !unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return nil }
        return switch shell {
        // compgen -W takes quotation marks off words, and expands them, commands included; and where a word is put into the line,
        // readline leaves $ for the shell. No name is worth that.
        case .bash: contains { "$`".contains($0) } ? nil : escaping("\\\"'")
        // _describe takes what follows a colon as a remark.
        case .zsh: escaping("\\:")
        default: self
        }
    }

    private func escaping(_ characters: String) -> String {
        reduce(into: "") { text, character in
            if characters.contains(character) { text.append("\\") }
            text.append(character)
        }
    }
}
