import Foundation
import Tensors

/// Weights and images whose every number follows from a name and a place, as in Tests/Reference/clip_model.py: of models
/// by formula, only outputs need be kept as fixtures.
package enum Formula {
    /// The mixing step of SplitMix64.
    package static func splitMix(_ state: UInt64) -> UInt64 {
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }

    /// Numbers in [-1, 1), scaled and moved: SplitMix64 of FNV-1a, the upper 24 bits.
    ///
    /// The scale is a power of two wherever the base is not 0, so that this rounds once, as NumPy does.
    package static func numbers(_ name: String, _ shape: [Int], scale: Float = 1, base: Float = 0) -> Tensor {
        var key: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name.utf8 { key = (key ^ UInt64(byte)) &* 0x100_0000_01b3 }
        var result = Tensor(uninitialized: shape)
        let count = result.count, start = key
        result.withUnsafeMutablePointer { to in
            // The threads' parts are disjoint.
            nonisolated(unsafe) let to = to
            parallel(count, grain: 1 << 16) { range in
                for i in range {
                    let mixed = splitMix(start &+ (UInt64(i) + 1) &* 0x9e37_79b9_7f4a_7c15)
                    let number = Float(Int32(truncatingIfNeeded: mixed >> 40)) * 0x1p-23 - 1
                    to[i] = number * scale + base
                }
            }
        }
        return result
    }

    /// Activations stay near 1, and images stay different, through dozens of blocks.
    package static func weight(_ name: String, _ shape: [Int]) -> Tensor {
        let last = name.split(separator: ".").last.map(String.init) ?? name
        let isInStage = name.contains(".layer")
        if last == "running_var" { return numbers(name, shape, scale: 0.5, base: 1) }
        if isInStage && name.hasSuffix("bn3.weight") { return numbers(name, shape, scale: 0.0625, base: 0.25) }
        if isInStage && (name.hasSuffix("bn1.bias") || name.hasSuffix("bn2.bias")) {
            return numbers(name, shape, scale: 0.125, base: -0.5)
        }
        if shape.count <= 1 && last == "weight" { return numbers(name, shape, scale: 0.25, base: 1) }
        if shape.count <= 1 || name.contains("embedding") { return numbers(name, shape, scale: 0.125) }
        let fanIn = last == "proj" || last == "text_projection" ? shape[0] : shape.dropFirst().reduce(1, *)
        return numbers(name, shape, scale: Float(2.25 / Double(fanIn).squareRoot()))
    }

    package static func weights(_ shapes: [String: [Int]]) -> [String: Tensor] {
        Dictionary(uniqueKeysWithValues: shapes.map { ($0, weight($0, $1)) })
    }

    /// Images, each a colour of its own with coarse blocks and noise: [count, resolution, resolution, 3].
    package static func pixels(_ count: Int, _ resolution: Int) -> Tensor {
        let side = (resolution + 7) / 8
        let tint = numbers("tint", [count, 3]).values, coarse = numbers("blocks", [count, side, side, 3]).values
        let fine = numbers("noise", [count, resolution, resolution, 3]).values
        return Tensor(
            [count, resolution, resolution, 3],
            fine.indices.map { i in
                let (pixel, channel) = (i / 3, i % 3)
                let (image, y, x) = (pixel / resolution / resolution, pixel / resolution % resolution, pixel % resolution)
                let block = coarse[((image * side + y / 8) * side + x / 8) * 3 + channel]
                return (1.5 * tint[image * 3 + channel] + 0.5 * block) + 0.5 * fine[i]
            })
    }

    /// Writes a safetensors file tensor by tensor, so that a large model is never in memory whole.
    package static func write(_ shapes: [String: [Int]], to url: URL) throws {
        struct Entry: Encodable {
            let dtype = "F32"
            let shape, data_offsets: [Int]
        }
        let names = shapes.keys.sorted()
        var entries: [String: Entry] = [:], end = 0
        for name in names {
            let shape = shapes[name, default: []], start = end
            end += 4 * shape.reduce(1, *)
            entries[name] = Entry(shape: shape, data_offsets: [start, end])
        }
        let header = try JSONEncoder().encode(entries)
        let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) }
        try (length + header).write(to: url)
        let file = try FileHandle(forWritingTo: url)
        defer { try? file.close() }
        try file.seekToEnd()
        for name in names {
            let tensor = weight(name, shapes[name, default: []])
            try tensor.withUnsafePointer {
                try file.write(contentsOf: UnsafeRawBufferPointer(start: $0, count: 4 * tensor.count))
            }
        }
    }
}
