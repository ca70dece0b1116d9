/// A source of the passes: rows of interleaved RGB in memory, `stride` values apart.
struct PixelRows {
    let base: UnsafePointer<UInt8>
    let stride: Int

    func row(_ index: Int) -> UnsafePointer<UInt8> { base + index * stride }
}

extension ResamplingTaps {
    /// Resamples every row, making `outputs` pixels of each (the taps' own count).
    ///
    /// Sixteen rows go together, one in each lane: a band is transposed so that the sixteen values of one column and
    /// channel are adjacent. Then every instruction is full, whatever the number of taps, and no sum crosses lanes.
    /// - Parameters:
    ///   - source: the first of `rows` rows.
    ///   - result: rows of three values a pixel, without gaps.
    func resampleHorizontally(_ source: PixelRows, rows: Int, into result: UnsafeMutablePointer<UInt8>) {
        let sources = self.sources
        let valuesIn = 3 * sources.count, valuesOut = 3 * firsts.count
        let lanes = 16
        withUnsafeTemporaryAllocation(byteCount: lanes * (valuesIn + valuesOut), alignment: 64) { memory in
            let band = memory.bindMemory(to: UInt8.self)
            band.initialize(repeating: 0)
            guard let columnsIn = band.baseAddress else { return }
            let columnsOut = columnsIn + lanes * valuesIn
            for top in Swift.stride(from: 0, to: rows, by: lanes) {
                let height = min(lanes, rows - top)
                transpose(
                    source.row(top) + 3 * sources.lowerBound, stride: source.stride, rows: height, columns: valuesIn,
                    into: columnsIn, stride: lanes)
                mix(columnsIn, from: sources.lowerBound, into: columnsOut)
                transpose(
                    columnsOut, stride: lanes, rows: valuesOut, columns: height,
                    into: result + top * valuesOut, stride: valuesOut)
            }
        }
    }

    /// The horizontal sums of one transposed band: every pixel is three vectors of sixteen rows.
    private func mix(_ columns: UnsafePointer<UInt8>, from origin: Int, into result: UnsafeMutablePointer<UInt8>) {
        weights.withUnsafeBufferPointer { weights in
            for output in firsts.indices {
                var column = columns + 48 * (firsts[output] - origin)
                var red = rounding, green = rounding, blue = rounding
                for tap in offsets[output]..<offsets[output + 1] {
                    let weight = SIMD16(repeating: weights[tap])
                    red &+= widened(column) &* weight
                    green &+= widened(column + 16) &* weight
                    blue &+= widened(column + 32) &* weight
                    column += 48
                }
                store(red, result + 48 * output)
                store(green, result + 48 * output + 16)
                store(blue, result + 48 * output + 32)
            }
        }
    }

    /// Resamples every column, making as many rows as the taps have outputs.
    /// - Parameters:
    ///   - source: its row 0 is the row that the taps call 0.
    ///   - values: the length of a row, in values.
    ///   - result: rows without gaps.
    func resampleVertically(_ source: PixelRows, values: Int, into result: UnsafeMutablePointer<UInt8>) {
        weights.withUnsafeBufferPointer { weights in
            for output in firsts.indices {
                let rows = source.row(firsts[output])
                let weights = UnsafeBufferPointer(rebasing: weights[offsets[output]..<offsets[output + 1]])
                let to = result + output * values
                var value = 0
                while value + 16 <= values {
                    store(column16(rows + value, source.stride, weights), to + value)
                    value += 16
                }
                if value < values, values >= 16 {  // once more, overlapping the last sixteen
                    store(column16(rows + values - 16, source.stride, weights), to + values - 16)
                } else {
                    for value in value..<values {
                        var sum = rounding[0]
                        for (tap, weight) in weights.enumerated() {
                            sum &+= Int32(rows[value + tap * source.stride]) &* weight
                        }
                        to[value] = UInt8(clamping: sum >> Self.precision)
                    }
                }
            }
        }
    }

    /// The vertical sums of sixteen adjacent values.
    @inline(__always)
    private func column16(
        _ first: UnsafePointer<UInt8>, _ stride: Int, _ weights: UnsafeBufferPointer<Int32>
    ) -> SIMD16<Int32> {
        var sum = rounding
        var row = first
        for weight in weights {
            sum &+= widened(row) &* SIMD16(repeating: weight)
            row += stride
        }
        return sum
    }
}

/// One half in fixed point: what sums begin with, so that dropping their fraction rounds.
private let rounding = SIMD16<Int32>(repeating: 1 << (ResamplingTaps.precision - 1))

@inline(__always)
private func widened(_ from: UnsafePointer<UInt8>) -> SIMD16<Int32> {
    SIMD16(truncatingIfNeeded: UnsafeRawPointer(from).loadUnaligned(as: SIMD16<UInt8>.self))
}

/// Drops the fraction of sixteen sums, clips them to 0…255 and writes them.
@inline(__always)
private func store(_ sum: SIMD16<Int32>, _ to: UnsafeMutablePointer<UInt8>) {
    let clipped = (sum &>> ResamplingTaps.precision).clamped(lowerBound: .zero, upperBound: SIMD16(repeating: 255))
    UnsafeMutableRawPointer(to).storeBytes(of: SIMD16<UInt8>(truncatingIfNeeded: clipped), as: SIMD16<UInt8>.self)
}
