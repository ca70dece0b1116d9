/// How large a pipeline file may become when what it writes once and means often is put in: aliases, references, and files that
/// files extend. Nested ten deep, a few lines of them would otherwise fill the memory.
struct SourceBudget {
    private static let values = 1_000_000
    private static let characters = 20_000_000
    private static let files = 500

    private var valuesLeft = values
    private var charactersLeft = characters
    private var filesLeft = files

    /// Counts one value more.
    mutating func spendValue(at location: SourceLocation) throws(SpecificationError) {
        valuesLeft -= 1
        guard valuesLeft >= 0 else {
            throw SpecificationError(
                "the file has more than \(Self.values) values once its aliases (*name) and references "
                    + "(${values.name}) are expanded; use the matrix for what repeats", at: location)
        }
    }

    /// Counts the length of a text that references are put into, in bytes of UTF-8.
    mutating func spendText(_ count: Int, at location: SourceLocation) throws(SpecificationError) {
        charactersLeft -= count
        guard charactersLeft >= 0 else {
            throw SpecificationError(
                "texts with references (${values.name}) come to more than \(Self.characters) characters; they refer to one "
                    + "another again and again", at: location)
        }
    }

    /// Counts one more file that is read because another extends it.
    mutating func spendFile(at location: SourceLocation) throws(SpecificationError) {
        filesLeft -= 1
        guard filesLeft >= 0 else {
            throw SpecificationError(
                "more than \(Self.files) files are read for this one, each as often as another extends it; extend it once",
                at: location)
        }
    }
}
