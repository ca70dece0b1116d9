/// What the key `tune` of a pipeline file says: values to choose, how many to try, and what decides between them. In no key.
public struct TuneSettings: Sendable {
    /// What values are judged by. No image of a target has a part in it.
    public enum Criterion: String, CaseIterable, Sendable, Encodable {
        /// How well each source is classified by what the other sources taught.
        case leaveOneOut = "leave-one-out"
        /// How well images of the sources are classified that trainings set aside.
        case validation
    }

    /// A row of the table, and the values that are chosen for it.
    struct Search: Sendable {
        let row: Specification.Row
        let values: [TunedValue]
        let location: SourceLocation

        func error(_ message: String) -> SpecificationError {
            SpecificationError(message, at: location, keyPath: "tune.rows.\(row.stage)")
        }
    }

    var searches: [Search] = []
    /// How many combinations of values are tried; nil for all that the lists have.
    var trials: Int?
    /// Of the random numbers that choose what is tried.
    var seed: UInt64 = 1
    public internal(set) var criterion = Criterion.leaveOneOut
}

/// A value of a pipeline file that is to be chosen, and among what.
struct TunedValue: Sendable {
    enum Choices: Sendable {
        case list([SourceTree])
        case range(NumberRange, SourceLocation)
    }

    /// The keys that lead to it.
    let path: [String]
    let location: SourceLocation
    let choices: Choices

    /// As it is written.
    var keyPath: String { path.joined(separator: ".") }

    /// The stage whose parameter it is, and the parameter; nil for one under `values`.
    var parameter: (stage: String, name: String)? { path[0] == "stages" ? (path[1], path[3]) : nil }

    /// What it is called in names and tables, such as `prompts.learningRate`.
    var title: String { parameter.map { "\($0.stage).\($0.name)" } ?? keyPath }

    func error(_ message: String) -> SpecificationError {
        SpecificationError(message, at: location, keyPath: keyPath)
    }
}
