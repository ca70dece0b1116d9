/// A number with commas between thousands.
public func grouped(_ number: Int) -> String {
    var digits = "\(number)"
    var end = digits.count - 3
    while end > 0 {
        digits.insert(",", at: digits.index(digits.startIndex, offsetBy: end))
        end -= 3
    }
    return digits
}
