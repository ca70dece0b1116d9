/// What scales each gradient down to a Euclidean norm of its limit if its own is larger, and 1 where it is not (PyTorch's
/// `clip_grad_norm_` on one tensor at a time). Gradients have any shapes; there is one limit and one factor for each.
public func clippingFactors(_ gradients: [Tensor], limits: [Float]) -> [Float] {
    squaredNorms(of: gradients).enumerated().map { index, square in
        let norm = Float(square.squareRoot())
        return norm > limits[index] ? limits[index] / (norm + 1e-6) : 1
    }
}

/// The sum of the squares of each tensor's elements, in double precision: that of its chunks, so that it is the same on any
/// number of threads.
public func squaredNorms(of tensors: [Tensor]) -> [Double] {
    let counts = tensors.map(\.count), pointers = tensors.pointers
    let owners = counts.enumerated().flatMap { Array(repeating: $0, count: ($1 + elementsAtATime - 1) / elementsAtATime) }
    var sums = [Double](repeating: 0, count: owners.count)
    sums.withUnsafeMutableBufferPointer { sums in
        guard let first = sums.baseAddress else { return }
        let sums = Shared(first)
        forEachChunk(of: counts) { index, range, number in
            var low = SIMD8<Double>.zero, high = SIMD8<Double>.zero
            let x = pointers[index].pointer
            let whole = range.lowerBound + range.count / 16 * 16
            for i in stride(from: range.lowerBound, to: whole, by: 16) {
                let numbers = x.vector(at: i)
                let a = SIMD8<Double>(numbers.lowHalf), b = SIMD8<Double>(numbers.highHalf)
                low.addProduct(a, a)
                high.addProduct(b, b)
            }
            var rest = 0.0
            for i in whole..<range.upperBound { rest += Double(x[i]) * Double(x[i]) }
            sums.pointer[number] = (low + high).sum() + rest
        }
    }
    withExtendedLifetime(tensors) {}
    var result = [Double](repeating: 0, count: tensors.count)
    for (owner, sum) in zip(owners, sums) { result[owner] += sum }
    return result
}
