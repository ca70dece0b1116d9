import Foundation

/// A time as the store writes it: `2026-11-30T10:47:53.125Z`.
public enum Moment {
    private static let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// Reads a time; nil for a text that is none.
    public static func date(_ text: String) -> Date? { try? format.parse(text) }
}
