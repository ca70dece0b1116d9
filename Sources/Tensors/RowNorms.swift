extension Tensor {
    /// The squared Euclidean length of every row of the tensor seen as a matrix. Not finite where the row is not.
    public func squaredNormsOfRows() -> [Float] {
        let width = columns
        return withUnsafePointer { elements in
            (0..<rows).map { row in
                let first = elements + row * width
                var sums = SIMD16<Float>(), sum: Float = 0
                for i in stride(from: 0, to: width - width % 16, by: 16) {
                    let chunk = UnsafeRawPointer(first + i).loadUnaligned(as: SIMD16<Float>.self)
                    sums.addProduct(chunk, chunk)
                }
                for i in (width - width % 16)..<width { sum += first[i] * first[i] }
                return sum + sums.sum()
            }
        }
    }
}
