import Datasets

/// A value on an axis of a pipeline's matrix: a number or a text, and how the file writes it.
///
/// Numbers go as such into parameters that are numbers, and as they are written to people and into texts: 2e-3 and 0.002 are
/// one value, but a command is told 2e-3 where the file says so, and 3.10 stays 3.10.
public struct AxisValue: Hashable, Sendable {
    /// What recipes and the store have of it.
    public let json: JSONValue
    /// As it is written.
    public let text: String

    public init(_ json: JSONValue, text: String) {
        (self.json, self.text) = (json, text)
    }

    /// The name of a domain, or any other text.
    public init(_ text: String) {
        self.init(.string(text), text: text)
    }

    /// What a cell has on an axis that it does not depend on.
    public static let absent = AxisValue(.null, text: "")

    /// Whether a person who writes a text means this value.
    func means(_ text: String) -> Bool { Name(self.text) == Name(text) || json == JSONValue(number: text) }

    public static func == (one: AxisValue, other: AxisValue) -> Bool { one.json == other.json }

    public func hash(into hasher: inout Hasher) { hasher.combine(json) }
}

/// A value on one axis.
public struct Coordinate: Hashable, Sendable {
    public var axis: String
    public var value: AxisValue

    public init(axis: String, value: AxisValue) {
        (self.axis, self.value) = (axis, value)
    }

    /// Such as `seed 1`.
    public var text: String { "\(axis) \(value.text)" }
}
