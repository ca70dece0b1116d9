import Tensors

/// The smallest flat space that holds some prompts: their mean, and the directions in which they differ.
///
/// D prompts differ in D − 1 directions at most, however many numbers each has. What is written in coordinates of that
/// space is a mixture of the prompts, and cannot be wrong in any of the hundreds of other directions.
package struct PromptSpan: Sendable {
    /// `[1, P]`.
    let mean: Tensor
    /// `[K, P]`, one direction per row, orthogonal to each other, so long that the prompts' coordinates have a mean
    /// square of 1.
    let directions: Tensor

    /// K.
    package var dimension: Int { directions.rows }

    /// - Parameter prompts: `[D, P]`.
    /// - Returns: nil where they are all the same: there is nothing to span.
    package init?(of prompts: Tensor) {
        let (count, width) = (prompts.rows, prompts.columns)
        var center = [Double](repeating: 0, count: width)
        for row in 0..<count {
            for (j, x) in prompts.rows(row..<row + 1).values.enumerated() { center[j] += Double(x) / Double(count) }
        }
        // Gram–Schmidt over the differences from the mean, each freed of those before it twice: the second time takes
        // what rounding left of them.
        var units: [[Double]] = [], squares = 0.0
        // Less than that is the rounding of float32 numbers, or of the mean.
        let nothing = 1e-10 * prompts.squaredNorm / Double(count)
        for row in 0..<count {
            var x = zip(prompts.rows(row..<row + 1).values, center).map { Double($0) - $1 }
            squares += dot(x, x)
            for _ in 0..<2 {
                for unit in units {
                    let share = dot(x, unit)
                    for j in 0..<width { x[j] -= share * unit[j] }
                }
            }
            let rest = dot(x, x)
            if rest > nothing { units.append(x.map { $0 / rest.squareRoot() }) }
        }
        guard !units.isEmpty, squares.isFinite else { return nil }
        let scale = (squares / Double(count * units.count)).squareRoot()
        mean = Tensor([1, width], center.map(Float.init))
        directions = Tensor([units.count, width], units.flatMap { $0.map { Float($0 * scale) } })
    }

    /// A span from its parts, or nil where they do not fit together.
    init?(mean: Tensor, directions: Tensor) {
        guard mean.rows == 1, directions.rows > 0, directions.columns == mean.columns, mean.columns > 0 else { return nil }
        (self.mean, self.directions) = (mean, directions)
    }

    /// `[n, P]` → `[n, K]`, those of the nearest points of the span.
    package func coordinates(of prompts: Tensor) -> Tensor {
        // Directions are of one length: its square divides once for the direction's, once for the coordinate's unit.
        let square = Float(directions.rows(0..<1).squaredNorm)
        return Tensor.product(prompts - mean.repeatedRows(prompts.rows), directions, transposingB: true) * (1 / square)
    }

    /// `[n, K]` → `[n, P]`.
    package func prompts(at coordinates: Tensor) -> Tensor {
        mean.repeatedRows(coordinates.rows)
            + Tensor.product(rowsOf: coordinates, transposedWeights: directions.transposed())
    }
}

private func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for i in a.indices { sum += a[i] * b[i] }
    return sum
}
