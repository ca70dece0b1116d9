import ArtifactStore
import Tensors

/// What the values of a search are in one trial, in their order.
typealias TrialValues = [SourceTree]

extension TuneSettings {
    /// The values of each trial of a search, no two alike: all combinations, the last value fastest; or as many as are asked
    /// for, drawn at random. What a trial has depends on the seed, its number and the names of the values alone: more trials
    /// begin as fewer do.
    ///
    /// They are fewer than asked for where there are no more.
    func trials(of search: Search) -> [TrialValues] {
        let lists = search.values.compactMap { if case .list(let elements) = $0.choices { elements } else { nil } }
        if lists.count == search.values.count {
            let count = lists.reduce(1) { $0.multipliedReportingOverflow(by: $1.count).overflow ? .max : $0 * $1.count }
            if trials ?? .max >= count { return Self.combinations(of: lists) }
        }
        let wanted = trials ?? 0
        var drawn: [TrialValues] = [], seen: Set<[SourceTree.Content]> = []
        // Of a range of few whole numbers there may be fewer; after so many draws all have most likely come.
        for draw in 0..<100 * wanted where drawn.count < wanted {
            let values = search.values.map { value in
                var stream = RandomStream(seed: seed, purpose: "tune \(value.keyPath)", draw)
                return value.choices.drawn(by: &stream)
            }
            if seen.insert(values.map(\.content)).inserted { drawn.append(values) }
        }
        return drawn
    }

    private static func combinations(of lists: [[SourceTree]]) -> [TrialValues] {
        lists.reduce([[]]) { combinations, list in combinations.flatMap { values in list.map { values + [$0] } } }
    }
}

extension TunedValue.Choices {
    fileprivate func drawn(by stream: inout RandomStream) -> SourceTree {
        switch self {
        case .list(let elements): elements[stream.integer(below: elements.count)]
        case .range(let range, let location):
            SourceTree(.scalar(range.drawn(by: &stream), isPlain: true), at: location)
        }
    }
}

extension SourceTree {
    /// The value, as programs and axes have it.
    var json: JSONValue {
        let node = SourceNode(self)
        switch content {
        case .mapping(let entries): return .object(Dictionary(entries.map { ($0.name, $0.value.json) }) { _, last in last })
        case .sequence(let elements): return .array(elements.map(\.json))
        case .scalar(let text, _):
            if node.isNull { return .null }
            return node.plainBool.map(JSONValue.bool) ?? node.plainNumber ?? .string(text)
        }
    }

    /// As it is written, for a table.
    var shortText: String { SourceNode(self).scalarText ?? json.canonicalText }
}
