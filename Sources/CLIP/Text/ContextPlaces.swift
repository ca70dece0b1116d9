import Tensors

/// Where the context vectors of all groups stand among the groups' rows.
///
/// A vector stands in more than one row where the rows before it differ, as behind class names.
struct ContextPlaces {
    /// The rows that hold a context vector, of all groups' rows.
    let rows: [Int]
    /// The vector that each of them holds, of all groups' vectors.
    private let vectors: [Int]

    init(_ layout: PromptLayout, groups: Int) {
        let places = layout.items.enumerated().compactMap { row, item in
            if case .context(let index) = item { (row: row, vector: index) } else { nil }
        }
        rows = (0..<groups).flatMap { group in places.map { group * layout.rowCount + $0.row } }
        vectors = (0..<groups).flatMap { group in places.map { group * layout.contextCount + $0.vector } }
    }

    /// One row of context vectors for each of `rows`.
    func filled(from contexts: Variable) -> Variable {
        vectors == Array(0..<contexts.value.rows) ? contexts : Tensors.rows(vectors, of: contexts)
    }
}
