/// The means of consecutive groups of rows.
///
/// - Parameters:
///   - x: `[groups · count, d]`.
///   - count: how many rows make a group.
/// - Returns: `[groups, d]`.
public func groupMeans(_ x: Variable, of count: Int) -> Variable {
    precondition(count > 0 && x.value.rows.isMultiple(of: count), "groups of \(count) rows in \(x.value.shape)")
    let groups = (0..<x.value.rows).map { $0 / count }
    var y = Tensor([x.value.rows / count, x.value.columns])
    y.addRows(x.value, at: groups)
    let share = 1 / Float(count)
    return .output(y * share, of: [x]) { gradient in [(gradient * share).gatheringRows(groups)] }
}

/// Each row of one matrix multiplied with a group of rows of its own in another, and by a constant: an image's logits where
/// every image has text features of its own.
///
/// - Parameters:
///   - x: `[n, d]`, constant.
///   - y: `[n · classes, d]`, the rows of each group one after another.
///   - scale: what each product is multiplied by.
/// - Returns: `[n, classes]`: element i, c is `scale · x[i] · y[i · classes + c]`.
public func ownScaledProduct(_ x: Tensor, _ y: Variable, scale: Float) -> Variable {
    let (n, d, classes) = (x.rows, x.columns, y.value.rows / max(1, x.rows))
    precondition(y.value.rows == n * classes && y.value.columns == d, "groups of \(y.value.shape) for rows of \(x.shape)")
    var products = Tensor(uninitialized: [n, classes])
    for row in 0..<n {
        let own = y.value.rows(row * classes..<(row + 1) * classes)
        products.setRow(row, to: Tensor.product(x.rows(row..<row + 1), own, transposingB: true) * scale)
    }
    return .output(products, of: [y]) { gradient in
        var dy = Tensor(uninitialized: [n * classes, d])
        dy.withUnsafeMutablePointer { dy in
            gradient.withUnsafePointer { g in
                x.withUnsafePointer { x in
                    for row in 0..<n * classes {
                        let factor = scale * g[row], from = x + row / classes * d, to = dy + row * d
                        for j in 0..<d { to[j] = factor * from[j] }
                    }
                }
            }
        }
        return [dy]
    }
}
