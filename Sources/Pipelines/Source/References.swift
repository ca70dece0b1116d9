import Stages

extension SourceTree {
    /// The tree with every `${key.path}` replaced by the value that the file has there.
    ///
    /// Alone, a reference becomes that value, whatever it is, at the place of the reference; inside a text, a single value's
    /// text; in a command line, a word of the shell. A part of a path may be a reference, too: `${values.${values.as}.rate}`.
    ///
    /// References to axes of the matrix (`${seed}`) and to a command's own files (`${inputs.prompts}`) are left for those who
    /// know them: they are names without a full stop that are no key of the file, and those after `inputs`, `outputs` and
    /// `files`.
    func resolvingReferences() throws(SpecificationError) -> SourceTree {
        var budget = SourceBudget()
        return try resolved(in: self, path: [], through: [], &budget)
    }

    /// How many references may lead to one another.
    private static let longestChain = 100
    private static let others: Set<String> = ["inputs", "outputs", "files"]

    /// - Parameter targets: the paths whose values are being put in, to notice a circle.
    private func resolved(
        in root: SourceTree, path: [String], through targets: [String], _ budget: inout SourceBudget
    ) throws(SpecificationError) -> SourceTree {
        try budget.spendValue(at: location)
        switch content {
        case .mapping(var entries):
            for index in entries.indices {
                entries[index].value = try entries[index].value.resolved(
                    in: root, path: path + [entries[index].name], through: targets, &budget)
            }
            return SourceTree(.mapping(entries), at: location)
        case .sequence(var elements):
            for index in elements.indices {
                elements[index] = try elements[index].resolved(in: root, path: path + ["\(index)"], through: targets, &budget)
            }
            return SourceTree(.sequence(elements), at: location)
        case .scalar(let written, _):
            guard written.contains("${") else { return self }
            let text = try fillingInnerReferences(written, in: root, path: path, through: targets, &budget)
            guard case .success(let pieces) = Template.pieces(of: text) else { return self }
            if pieces.count == 1, case .reference(let name) = pieces[0] {
                return try value(of: name, in: root, path: path, through: targets, &budget) ?? self
            }
            if path.count == 3, path[0] == "stages", path[2] == "run" {
                return try resolvedCommand(text, in: root, path: path, through: targets, &budget)
            }
            var filled = ""
            for piece in pieces {
                switch piece {
                case .literal(let text): filled += text
                case .reference(let name):
                    guard let value = try value(of: name, in: root, path: path, through: targets, &budget) else {
                        filled += "${\(name)}"
                        continue
                    }
                    guard case .scalar(let text, _) = value.content else {
                        throw SourceNode(self, path: path).error(
                            "${\(name)} is \(SourceNode(value).found), which cannot be put into a text")
                    }
                    try budget.spendText(text.utf8.count, at: location)
                    filled += text
                }
            }
            return SourceTree(.scalar(filled, isPlain: false), at: location)
        }
    }

    /// A text with the values of those references in it that stand inside others.
    private func fillingInnerReferences(
        _ text: String, in root: SourceTree, path: [String], through targets: [String], _ budget: inout SourceBudget
    ) throws(SpecificationError) -> String {
        var text = text
        while let inner = Template.innerReference(of: text) {
            let value = try value(of: inner.name, in: root, path: path, through: targets, &budget)
            guard case .scalar(let word, _)? = value?.content, !word.contains("${") else {
                throw SourceNode(self, path: path).error(
                    "“${\(inner.name)}” is inside a reference; only a single value of the file is allowed there")
            }
            try budget.spendText(text.utf8.count + word.utf8.count, at: location)
            text.replaceSubrange(inner.range, with: word)
        }
        return text
    }

    /// A command line with the file's values in it, each quoted as its place needs it; of a list every element by itself.
    private func resolvedCommand(
        _ text: String, in root: SourceTree, path: [String], through targets: [String], _ budget: inout SourceBudget
    ) throws(SpecificationError) -> SourceTree {
        let node = SourceNode(self, path: path)
        // What is wrong with the text itself is said by whoever reads the stage.
        guard let command = try? ShellText(text) else { return self }
        var filled = ""
        for piece in command.pieces {
            switch piece {
            case .literal(let text): filled += text
            case .reference(let reference):
                guard let value = try value(of: reference.name, in: root, path: path, through: targets, &budget) else {
                    filled += "${\(reference.name)}"
                    continue
                }
                let words: String
                do {
                    words = try value.words(in: reference).joined(separator: " ")
                } catch let error as ShellTextError {
                    throw node.error("\(error)")
                } catch {
                    throw node.error(
                        "${\(reference.name)} is \(SourceNode(value).found), which cannot be put into a command there")
                }
                try budget.spendText(words.utf8.count, at: location)
                filled += words
            }
        }
        return SourceTree(.scalar(filled, isPlain: false), at: location)
    }

    private struct NoWord: Error {}

    /// The value as words of a shell; references to axes in it stay.
    private func words(in reference: ShellText.Reference) throws -> [String] {
        switch content {
        case .mapping: throw NoWord()
        case .sequence(let elements):
            guard reference.place == .word else { throw NoWord() }
            return try elements.flatMap { try $0.words(in: reference) }
        case .scalar(let text, _):
            guard case .success(let pieces) = Template.pieces(of: text), !pieces.isEmpty else {
                return [try reference.quoted(text)]
            }
            return [
                try pieces.map { piece in
                    switch piece {
                    case .literal(let text): try reference.quoted(text)
                    case .reference(let name): "${\(name)}"
                    }
                }.joined()
            ]
        }
    }

    /// What a reference stands for, or nil where it is not for the file to say.
    private func value(
        of name: String, in root: SourceTree, path: [String], through targets: [String], _ budget: inout SourceBudget
    ) throws(SpecificationError) -> SourceTree? {
        let keys = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard let first = keys.first, !Self.others.contains(first) else { return nil }
        if keys.count == 1, root[first] == nil || root["matrix"]?[first] != nil { return nil }
        let node = SourceNode(self, path: path)
        guard !targets.contains(name), path.joined(separator: ".") != name else {
            throw node.error("a value that refers to itself: \((targets + [name]).joined(separator: " → "))")
        }
        guard targets.count < Self.longestChain else {
            throw node.error("references that lead to one another more than \(Self.longestChain) deep: \(targets[0]) → …")
        }
        var target = root
        for (depth, key) in keys.enumerated() {
            guard let next = target[key] else {
                let known = target.entries.map { (keys[..<depth] + [$0.name]).joined(separator: ".") }
                throw node.error("the file has no value “\(name)”\(suggestion(for: name, among: known))")
            }
            target = next
        }
        target.location = location
        return try target.resolved(in: root, path: keys, through: targets + [name], &budget)
    }
}
