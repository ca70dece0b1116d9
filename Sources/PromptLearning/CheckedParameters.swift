/// Parameters that can tell whether their values make sense.
///
/// They are read from command lines and pipeline files, so any value may be in them: what a run computes from is checked.
public protocol CheckedParameters: Codable, Sendable {
    /// The defaults.
    init()
    /// - Throws: `UnfitParameter` for the first value that no run could use.
    func check() throws(UnfitParameter)
    /// What values that make sense ask of the model and of the classes.
    var needs: [ModelNeed] { get }
}

extension CheckedParameters {
    public var needs: [ModelNeed] { [] }
}

/// A parameter with a value that no run could use.
public struct UnfitParameter: Error, Hashable, CustomStringConvertible {
    /// As written in a pipeline file, such as `batchSize`.
    public let name: String
    /// What it has to be and what it is.
    public let problem: String

    /// - Parameters:
    ///   - requirement: completes "must be", such as "a number above 0".
    ///   - value: what it is, as written.
    public init(_ name: String, mustBe requirement: String, not value: String) {
        self.name = name
        problem = "must be \(requirement), not \(value)"
    }

    public var description: String { "\(name) \(problem)" }
}

/// Requires a whole number to be in a range.
package func require(_ name: String, _ value: Int, in range: ClosedRange<Int>) throws(UnfitParameter) {
    guard range.contains(value) else {
        throw UnfitParameter(
            name, mustBe: "a whole number from \(range.lowerBound) to \(range.upperBound)", not: "\(value)")
    }
}

/// Requires a number to be finite in Float32 and above 0.
package func require(positive name: String, _ value: Double) throws(UnfitParameter) {
    guard value > 0, Float(value).isFinite else { throw UnfitParameter(name, mustBe: "a number above 0", not: "\(value)") }
}

/// Requires a number to be finite in Float32 and no less than 0.
package func require(nonnegative name: String, _ value: Double) throws(UnfitParameter) {
    guard value >= 0, Float(value).isFinite else {
        throw UnfitParameter(name, mustBe: "a number from 0", not: "\(value)")
    }
}

/// Requires a number to be from 0 to below 1.
package func require(belowOne name: String, _ value: Double) throws(UnfitParameter) {
    guard (0..<1).contains(value) else { throw UnfitParameter(name, mustBe: "a number from 0 to below 1", not: "\(value)") }
}

/// Requires a text to have a place for the class name.
package func require(template: String) throws(UnfitParameter) {
    guard template.contains("{}") else {
        throw UnfitParameter("template", mustBe: "a text with {} where the class name goes", not: "“\(template)”")
    }
}

/// Requires a text to name one of some choices.
package func require<Choice: CaseIterable & RawRepresentable<String>>(
    _ name: String, _ value: String, among _: Choice.Type
) throws(UnfitParameter) {
    guard Choice(rawValue: value) == nil else { return }
    let choices = Choice.allCases.map { "“\($0.rawValue)”" }
    throw UnfitParameter(name, mustBe: choices.joined(separator: " or "), not: "“\(value)”")
}

/// Seeds that JSON's numbers hold exactly.
package let seeds = 0...(1 << 53)
/// More than any training needs, few enough to be counted without loss.
package let counts = 1...1_000_000
