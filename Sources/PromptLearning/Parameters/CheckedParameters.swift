/// The parameters of a method or a stage: a structure whose properties are `@Parameter`s.
///
/// They are read from command lines and pipeline files, so any value may be in them: what a run computes from is
/// checked.
public protocol CheckedParameters: Codable, Sendable {
    /// The defaults.
    init()
    /// Where the defaults are from, if a parameter does not say otherwise.
    static var source: String { get }
    /// Checks what no parameter can tell alone.
    /// - Throws: `UnfitParameter` for the first value that no run could use.
    func checkTogether() throws(UnfitParameter)
    /// What values that make sense ask of the model and of the classes.
    var needs: [ModelNeed] { get }
}

extension CheckedParameters {
    /// Nothing, unless a method says otherwise.
    /// - Throws: never.
    public func checkTogether() throws(UnfitParameter) {}
    public var needs: [ModelNeed] { [] }

    /// - Throws: `UnfitParameter` for the first value that no run could use.
    public func check() throws(UnfitParameter) {
        for (parameter, value) in zip(Self.declared, values) { try parameter.check(value) }
        try checkTogether()
    }
}

/// A parameter with a value that no run could use.
public struct UnfitParameter: Error, Hashable, CustomStringConvertible {
    /// As written in a pipeline file, such as `batchSize`.
    public let name: String
    /// What it has to be and what it is.
    public let problem: String

    /// - Parameters:
    ///   - name: as written in a pipeline file.
    ///   - requirement: completes "must be", such as "a number above 0".
    ///   - value: what it is, as written.
    public init(_ name: String, mustBe requirement: String, not value: String) {
        self.name = name
        problem = "must be \(requirement), not \(value)"
    }

    public var description: String { "\(name) \(problem)" }
}
