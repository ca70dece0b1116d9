import Tensors

extension Precision {
    /// How far apart two unit features of one image and view may lie that were encoded on different machines, whose sums have
    /// other orders. bfloat16's own rounding is the larger part of it: Docs/performance.md has what was measured.
    package var featureTolerance: Float {
        switch self {
        case .float32: 1e-3
        case .bf16: 0.1
        }
    }
}
