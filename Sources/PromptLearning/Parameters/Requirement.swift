/// What the value of a parameter must be, beyond its type.
public struct Requirement<Value: ParameterValue>: Sendable {
    /// Completes "must be".
    let text: String
    /// What of a value does not fit, as an error shows it; nil where the value fits.
    let refused: @Sendable (Value) -> String?

    /// - Parameters:
    ///   - text: completes "must be", such as "a number above 0".
    ///   - refused: what of a value does not fit, as an error shows it; nil where the value fits.
    public init(_ text: String, refused: @escaping @Sendable (Value) -> String?) {
        (self.text, self.refused) = (text, refused)
    }

    /// - Parameters:
    ///   - text: completes "must be".
    ///   - holds: whether a value fits.
    public init(_ text: String, holds: @escaping @Sendable (Value) -> Bool) {
        self.init(text) { holds($0) ? nil : $0.shown }
    }
}

extension Requirement<Int> {
    public static func within(_ range: ClosedRange<Int>) -> Self {
        Self("a whole number from \(range.lowerBound) to \(range.upperBound)") { range.contains($0) }
    }
}

extension Requirement<Double> {
    /// Finite in Float32 and above 0.
    public static var positive: Self { Self("a number above 0") { $0 > 0 && Float($0).isFinite } }

    /// Finite in Float32 and no less than 0.
    public static var nonnegative: Self { Self("a number from 0") { $0 >= 0 && Float($0).isFinite } }

    public static var belowOne: Self { Self("a number from 0 to below 1") { (0..<1).contains($0) } }

    public static var probability: Self { Self("a probability from 0 to 1") { (0...1).contains($0) } }
}

extension Requirement<String> {
    /// A place for the class name.
    public static var template: Self { Self("a text with {} where the class name goes") { $0.contains("{}") } }
}

/// Seeds that JSON's numbers hold exactly.
package let seeds = 0...(1 << 53)
/// More than any training needs, few enough to be counted without loss.
package let counts = 1...1_000_000
