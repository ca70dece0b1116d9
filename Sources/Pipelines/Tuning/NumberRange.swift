import Foundation
import Tensors

/// Numbers that a value may be: all from one to another, or whole ones.
struct NumberRange: Hashable, Sendable {
    let from: Double
    let to: Double
    /// Whether each order of magnitude is as probable as any other.
    let isLogarithmic: Bool
    /// Whether both ends are whole numbers, and so all that are drawn.
    let isWhole: Bool

    /// A number of the range as a file writes it: of three digits, where it is not whole.
    func drawn(by stream: inout RandomStream) -> String {
        // A whole number stands for what comes after it up to the next.
        let end = isWhole ? to + 1 : to, share = stream.uniformDouble()
        let number = isLogarithmic ? from * pow(end / from, share) : from + (end - from) * share
        if isWhole { return "\(Int(min(max(number.rounded(.down), from), to)))" }
        let text = String(format: "%.3g", number)
        // Rounding may have left the range.
        guard let rounded = Double(text), rounded >= from, rounded <= to else { return "\(number)" }
        return text
    }
}
