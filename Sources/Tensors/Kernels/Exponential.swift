/// The exponential of sixteen numbers at once, within 2 units in the last place; 0 below −87.3, infinity above 88.7.
///
/// e^x = 2^n · e^r with n = round(x / ln 2) and |r| ≤ ln 2 / 2; e^r by a polynomial of degree 6 (Cephes' expf).
@inlinable @inline(__always)
public func exponential(_ x: SIMD16<Float>) -> SIMD16<Float> {
    // Not `clamped(lowerBound:upperBound:)`, which the compiler turns into branches lane by lane.
    var limited = x
    limited.replace(with: -87.336_54, where: x .< -87.336_54)
    limited.replace(with: 88.722_83, where: x .> 88.722_83)
    // Adding 1.5 · 2^23 rounds to a whole number and leaves it in the low bits.
    let shifted = limited * 1.442_695 + 12_582_912
    let n = shifted - 12_582_912
    // ln 2 in two parts, so that n · ln 2 loses nothing.
    let r = (limited - n * 0.693_359_375) - n * -2.121_944_4e-4
    var p = SIMD16<Float>(repeating: 1.987_569_15e-4)
    p = p * r + 1.398_199_950_7e-3
    p = p * r + 8.333_451_907_3e-3
    p = p * r + 4.166_579_589_4e-2
    p = p * r + 1.666_666_545_9e-1
    p = p * r + 5.000_000_120_1e-1
    let mantissa = p * (r * r) + r + 1
    // 2^n in two factors, since 2^128 alone is no Float.
    let exponent = unsafeBitCast(shifted, to: SIMD16<Int32>.self) &- 0x4b40_0000
    let half = exponent &>> 1
    let scale = power(half) * power(exponent &- half)
    var result = mantissa * scale
    result.replace(with: 0, where: x .< -87.336_54)
    result.replace(with: Float.infinity, where: x .> 88.722_83)
    result.replace(with: x, where: x .!= x)
    return result
}

/// 2^n for n within −126…127, from the bits of a Float.
@inlinable @inline(__always)
func power(_ n: SIMD16<Int32>) -> SIMD16<Float> {
    unsafeBitCast((n &+ 127) &<< 23, to: SIMD16<Float>.self)
}

/// 1 / (1 + e^−x).
@inlinable @inline(__always)
public func logistic(_ x: SIMD16<Float>) -> SIMD16<Float> {
    1 / (1 + exponential(-x))
}

/// The hyperbolic tangent of sixteen numbers.
@inlinable @inline(__always)
public func hyperbolicTangent(_ x: SIMD16<Float>) -> SIMD16<Float> {
    // Near zero 1 − 2/(e^2x + 1) cancels: there the odd Taylor polynomial is exact to the last bit or two.
    let square = x * x
    var series = square * (-17 / 315) + 2 / 15
    series = series * square - 1 / 3
    series = (series * square + 1) * x
    let quotient = 1 - 2 / (exponential(2 * x) + 1)
    return quotient.replacing(with: series, where: square .< 0.01)
}
