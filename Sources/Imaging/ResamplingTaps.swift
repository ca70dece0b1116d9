/// Along one axis, which source samples make each output sample, and with what weights: antialiased bicubic
/// interpolation (Keys' kernel with a = −½) in the fixed-point arithmetic of Pillow's 8-bit resampling.
struct ResamplingTaps {
    /// Bits after the binary point of a weight: of 32 bits, 8 hold the sample and 2 the overshoot of negative lobes.
    static let precision: Int32 = 32 - 8 - 2

    /// For each output sample, the first source sample that it is made of.
    private(set) var firsts: [Int] = []
    /// For each output sample, where its weights begin in `weights`; and at the end, where the last one's end.
    private(set) var offsets: [Int] = [0]
    /// All weights in units of 2⁻²², those of one output sample adjacent.
    private(set) var weights: [Int32] = []
    /// The weights as they are, which 16-bit values are resampled with.
    private(set) var shares: [Double] = []

    /// - Parameters:
    ///   - extent: how many source samples there are.
    ///   - span: the part of the source that is resampled, in samples from its start.
    ///   - size: how many output samples the span becomes.
    ///   - outputs: which of them are wanted.
    init(extent: Int, span: Span, size: Int, outputs: Range<Int>) {
        let scale = Double(span.end - span.start) / Double(size)
        let filterScale = max(scale, 1)  // when shrinking, the kernel widens
        let support = 2 * filterScale
        firsts.reserveCapacity(outputs.count)
        offsets.reserveCapacity(outputs.count + 1)
        weights.reserveCapacity(outputs.count * (2 * Int(support.rounded(.up)) + 1))
        shares.reserveCapacity(weights.capacity)
        var kernel: [Double] = []
        for output in outputs {
            let center = Double(span.start) + (Double(output) + 0.5) * scale
            let first = max(0, Int(center - support + 0.5))
            let end = min(extent, Int(center + support + 0.5))
            kernel.removeAll(keepingCapacity: true)
            var sum = 0.0
            for source in first..<max(first, end) {
                let weight = Self.bicubic((Double(source) - center + 0.5) * (1 / filterScale))
                kernel.append(weight)
                sum += weight
            }
            firsts.append(first)
            for weight in kernel {
                let share = sum == 0 ? weight : weight / sum
                shares.append(share)
                let unit = share * Double(1 << Self.precision)
                weights.append(Int32(unit < 0 ? unit - 0.5 : unit + 0.5))
            }
            offsets.append(weights.count)
        }
    }

    /// How many output samples there are.
    var count: Int { firsts.count }

    /// The source samples that all outputs together need. Outputs move forwards, so the ends tell.
    var sources: Range<Int> {
        let last = firsts.count - 1
        return firsts[0]..<firsts[last] + offsets[last + 1] - offsets[last]
    }

    /// A part of an axis. Pillow keeps the corners of a box in single precision, and so the sums come out the same.
    struct Span: Equatable {
        let start, end: Float
    }

    private static func bicubic(_ x: Double) -> Double {
        let a = -0.5, x = abs(x)
        if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
        if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
        return 0
    }
}
