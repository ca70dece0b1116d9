/// The prompts of all classes as one tree of token rows, so that what prompts share is computed once.
///
/// CLIP's text attention is causal: a row depends only on the rows before it. Prompts that begin alike therefore agree on
/// those rows exactly, and a prompt never needs the padding after its end token. A layout is the tree of the prompts'
/// common beginnings; its rows are what one group of prompts (one context, all classes) costs:
///
///     [SOS][v1][v2][v3][v4]──[floppy]──[disk][.][EOS]
///                          ├─[hard]────[disk][.][EOS]
///                          └─[arrow]─┬─[up][.][EOS]
///                                    └─[down][.][EOS]
public struct PromptLayout: Sendable {
    /// What stands in a row.
    public enum Item: Hashable, Sendable {
        /// A token of the vocabulary.
        case token(Int)
        /// A learnable context vector, by its index within the group's.
        case context(Int)
    }

    /// Where the class name stands among the context vectors (CoOp, section 3.2).
    public enum ClassTokenPosition: String, Codable, Sendable, CaseIterable {
        case end, middle, front
    }

    /// What stands in each row, parents before children.
    public let items: [Item]
    /// The place in its prompt of each row, counted from 0 at the start token.
    public let positions: [Int]
    /// The row of each prompt's end token, in the order of the classes.
    public let ends: [Int]
    /// How many context vectors a group has.
    public let contextCount: Int
    /// The rows that each row attends to, itself included: those of row r are `keys[keyOffsets[r]..<keyOffsets[r + 1]]`.
    let keys: [Int32]
    let keyOffsets: [Int]

    /// How many rows one group of prompts takes.
    public var rowCount: Int { items.count }

    /// The tree of the given prompts, each ending in its end token.
    public init(prompts: [[Item]]) {
        var builder = Builder()
        ends = prompts.map { builder.insert($0) }
        items = builder.items
        positions = builder.positions
        keys = builder.paths.flatMap { $0 }
        keyOffsets = builder.paths.reduce(into: [0]) { $0.append($0.last! + $1.count) }
        contextCount = items.reduce(0) { count, item in
            if case .context(let index) = item { max(count, index + 1) } else { count }
        }
    }

    /// Prompts of the form [SOS][v1 … vM][class name][.][EOS].
    ///
    /// - Parameters:
    ///   - classNames: the tokens of each class name.
    ///   - contextLength: M, how many context vectors stand in a prompt.
    ///   - position: where the class name stands among them.
    ///   - classSpecific: whether every class has context vectors of its own (CSC); those of class c are then numbered from
    ///     c · M.
    ///   - startToken: SOS.
    ///   - fullStop: the tokens that follow the class name or, where the name comes first, the last context vector.
    ///   - endToken: EOS.
    public init(
        classNames: [[Int]], contextLength: Int, position: ClassTokenPosition = .end, classSpecific: Bool = false,
        startToken: Int, fullStop: [Int], endToken: Int
    ) {
        self.init(
            prompts: classNames.enumerated().map { index, name in
                let first = classSpecific ? index * contextLength : 0
                var context = (first..<first + contextLength).map(Item.context)
                let place =
                    switch position {
                    case .end: contextLength
                    case .middle: contextLength / 2
                    case .front: 0
                    }
                context.insert(contentsOf: name.map(Item.token), at: place)
                return [.token(startToken)] + context + fullStop.map(Item.token) + [.token(endToken)]
            })
    }

    /// Prompts of the form [SOS][context][class name][.][EOS] for each of several contexts: those of all classes with the first
    /// context, then with the next. What contexts begin with in common is shared, as everything is.
    ///
    /// - Parameters:
    ///   - classNames: the tokens of each class name.
    ///   - contexts: which of the group's vectors stand in each context, in their order.
    ///   - startToken: SOS.
    ///   - fullStop: the tokens that follow the class name.
    ///   - endToken: EOS.
    public init(classNames: [[Int]], contexts: [[Int]], startToken: Int, fullStop: [Int], endToken: Int) {
        self.init(
            prompts: contexts.flatMap { context in
                classNames.map { name in
                    let words = [startToken].map(Item.token) + context.map(Item.context) + name.map(Item.token)
                    return words + (fullStop + [endToken]).map(Item.token)
                }
            })
    }

    /// The length of the longest prompt in tokens.
    public var longestPrompt: Int { (positions.max() ?? -1) + 1 }

    private struct Builder {
        var items: [Item] = []
        var positions: [Int] = []
        /// Each row's ancestors from the root, then itself.
        var paths: [[Int32]] = []
        private var children: [Place: Int] = [:]

        private struct Place: Hashable {
            var parent: Int
            var item: Item
        }

        /// Adds what is new of a prompt and returns its last row.
        mutating func insert(_ prompt: [Item]) -> Int {
            precondition(!prompt.isEmpty, "a prompt has an end token at least")
            var row = -1
            for (position, item) in prompt.enumerated() {
                let place = Place(parent: row, item: item)
                if let known = children[place] {
                    row = known
                    continue
                }
                paths.append((row < 0 ? [] : paths[row]) + [Int32(items.count)])
                row = items.count
                items.append(item)
                positions.append(position)
                children[place] = row
            }
            return row
        }
    }
}
