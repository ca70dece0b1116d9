/// The standard normal distribution function Φ of sixteen numbers at once: (1 + erf(x / √2)) / 2, within 10⁻⁷.
///
/// Φ(−t) = e^−g(t) / 2 for t ≥ 0, with g a polynomial of degree 10 that was fitted on [0, 9] to −ln erfc(t / √2), so that
/// Φ's own error is even. Being an exponential, it keeps its relative accuracy where Φ is small; and 1 − Φ(−t) is Φ(t).
@inlinable @inline(__always)
public func normalDistribution(_ x: SIMD16<Float>) -> SIMD16<Float> {
    var t = x.replacing(with: -x, where: x .< 0)
    t.replace(with: 9, where: t .> 9)
    var g = t * 6.652_193_5e-9 - 2.586_269_3e-7
    g = g * t + 4.139_319_6e-6
    g = g * t - 3.428_164_6e-5
    g = g * t + 1.362_595_1e-4
    g = g * t + 1.031_375_58e-4
    g = g * t - 4.920_934_3e-3
    g = g * t + 3.640_786_6e-2
    g = g * t + 0.318_292_5
    g = g * t + 0.797_885_9
    let tail = 0.5 * exponential(-g * t)
    return (1 - tail).replacing(with: tail, where: x .< 0)
}

/// The standard normal density of sixteen numbers: e^(−x²/2) / √(2π).
@inlinable @inline(__always)
public func normalDensity(_ x: SIMD16<Float>) -> SIMD16<Float> {
    0.398_942_28 * exponential(-0.5 * x * x)
}
