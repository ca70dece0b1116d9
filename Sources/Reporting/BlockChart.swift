/// A small chart of one line of text: a block for each value, as high as the value is among them.
/// - Parameters:
///   - values: by epoch, say; one that is not finite leaves a gap.
///   - width: in characters; of more values than that, each block is the mean of several.
public func blockChart(_ values: [Double], width: Int) -> String {
    guard width > 0, !values.isEmpty else { return "" }
    let count = min(width, values.count)
    let means = (0..<count).map { place -> Double? in
        let own = values[place * values.count / count..<(place + 1) * values.count / count].filter(\.isFinite)
        return own.isEmpty ? nil : own.reduce(0) { $0 + $1 / Double(own.count) }
    }
    let known = means.compactMap(\.self)
    guard let least = known.min(), let most = known.max() else { return String(repeating: " ", count: count) }
    let blocks = Array("▁▂▃▄▅▆▇█")
    return String(
        means.map { value -> Character in
            guard let value else { return " " }
            // Half of each, since the difference of two large numbers may be none.
            guard most > least else { return blocks[3] }
            let share = (value / 2 - least / 2) / (most / 2 - least / 2)
            return blocks[min(blocks.count - 1, max(0, Int(share * Double(blocks.count))))]
        })
}
