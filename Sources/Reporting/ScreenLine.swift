/// A line of a screen.
public struct ScreenLine: Hashable, Sendable {
    public enum Emphasis: Sendable {
        case none, strong, alarm, quiet
    }

    public var text: String
    public var emphasis: Emphasis

    public init(_ text: String, _ emphasis: Emphasis = .none) { (self.text, self.emphasis) = (text, emphasis) }
}
