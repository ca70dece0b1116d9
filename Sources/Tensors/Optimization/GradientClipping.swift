extension Tensor {
    /// Scales the tensor down to a Euclidean norm of `limit` if its norm is larger (PyTorch's `clip_grad_norm_` on one
    /// tensor).
    public mutating func clip(norm limit: Float) {
        let norm = Float(squaredNorm.squareRoot())
        guard norm > limit else { return }
        let factor = limit / (norm + 1e-6)
        transform { $0 * factor }
    }
}
