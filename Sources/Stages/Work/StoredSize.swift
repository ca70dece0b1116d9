/// What rows take in the store, as SQLite lays them out.
enum StoredSize {
    /// A row of a table whose rows all have that many bytes, with its part of the rest of the page and of indices.
    static func row(of bytes: Int) -> Double {
        let page = 16_384.0, indices = 40.0
        let rows = max(1, (page / Double(bytes)).rounded(.down))
        return (Double(bytes) > page ? Double(bytes) : page / rows) + indices
    }

    /// An image: its digest, its place in a manifest, its file.
    static let image = 420.0
    static let prediction = 24.0

    static func vectors(_ numbers: Double) -> Double { 4 * numbers + 500 }
    /// Three figures for each epoch.
    static func history(epochs: Double) -> Double { 100 * epochs }
}
