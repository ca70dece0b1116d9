import Foundation

/// Seconds as people write them: `7.3 s`, `2:05`, `1:02:05`.
public func clockTime(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "?" }
    if seconds < 10 { return String(format: "%.1f s", seconds) }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    let minutes = String(format: whole < 3600 ? "%d:%02d" : "%02d:%02d", whole / 60 % 60, whole % 60)
    return whole < 3600 ? minutes : "\(whole / 3600):" + minutes
}

/// A share in percent with one digit, `54.2 %`.
public func percent(_ share: Double) -> String {
    String(format: "%.1f %%", 100 * share)
}

/// A mean, and how far it varies, with one digit each: `97.0 ± 0.5`.
/// - Parameters: in percent.
func percentage(_ mean: Double, _ deviation: Double?) -> String {
    let mean = String(format: "%.1f", mean)
    return deviation.map { mean + " ± " + String(format: "%.1f", $0) } ?? mean
}

/// A figure in percent with one digit as a share of one, without the digits that dividing would add: 97.1 as `0.971`.
func share(_ percent: Double) -> String {
    String(format: "%.3f", percent / 100)
}

/// A number of bytes as people write it: `812 bytes`, `4.1 MB`. A megabyte is a million bytes.
public func byteSize(_ bytes: Int) -> String {
    let units = ["kB", "MB", "GB", "TB"]
    guard bytes >= 1000 else { return "\(bytes) byte\(bytes == 1 ? "" : "s")" }
    var value = Double(bytes) / 1000, unit = 0
    // What would be rounded to 1000.0 is one of the next unit.
    while value >= 999.95, unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
    return String(format: "%.1f ", value) + units[unit]
}

/// A measurement in few digits: `0.213`, or `2.1e-05` where that would be 0.000.
public func figure(_ value: Double) -> String {
    let isPlain = value == 0 || (1e-3..<1e5).contains(abs(value))
    return String(format: isPlain ? "%.3f" : "%.1e", value)
}
