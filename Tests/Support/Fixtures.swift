import Foundation
import Tensors

/// Files under Tests/Fixtures/clip, and the weights by formula that Tests/Reference/clip_model.py makes too.
package enum Fixtures {
    package static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../Fixtures/clip").standardizedFileURL
    package static let merges = folder.appending(path: "merges.txt")

    package static func decoded<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: folder.appending(path: name)))
    }

    /// Numbers in [-1, 1) that depend on a name and their place alone: SplitMix64 of FNV-1a, the upper 24 bits.
    package static func numbers(_ name: String, _ count: Int) -> [Float] {
        var key: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name.utf8 { key = (key ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return (0..<count).map { i in
            Float(splitMix(key &+ (UInt64(i) + 1) &* 0x9e37_79b9_7f4a_7c15) >> 40) / 0x1p23 - 1
        }
    }

    /// The mixing step of SplitMix64.
    package static func splitMix(_ state: UInt64) -> UInt64 {
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }

    package static func weight(_ name: String, _ shape: [Int]) -> Tensor {
        let count = shape.reduce(1, *), last = name.split(separator: ".").last.map(String.init) ?? name
        var u = numbers(name, count)
        if last == "running_var" {
            u = u.map { 1 + 0.5 * $0 }
        } else if shape.count <= 1 && last == "weight" {
            u = u.map { 1 + 0.25 * $0 }
        } else if shape.count <= 1 || name.contains("embedding") {
            u = u.map { 0.125 * $0 }
        } else {
            let fanIn = last == "proj" || last == "text_projection" ? shape[0] : count / shape[0]
            let scale = Float(2.25 / Double(fanIn).squareRoot())
            u = u.map { $0 * scale }
        }
        return Tensor(shape, u)
    }

    package static func weights(_ shapes: [String: [Int]]) -> [String: Tensor] {
        Dictionary(uniqueKeysWithValues: shapes.map { ($0, weight($0, $1)) })
    }

    /// Images by formula, noise over coarse blocks of colour: [count, resolution, resolution, 3].
    package static func pixels(_ count: Int, _ resolution: Int) -> Tensor {
        let blocks = resolution / 8
        let coarse = numbers("blocks", count * blocks * blocks * 3)
        let fine = numbers("noise", count * resolution * resolution * 3)
        return Tensor([count, resolution, resolution, 3], fine.indices.map { i in
            let (pixel, channel) = (i / 3, i % 3)
            let (image, y, x) = (pixel / resolution / resolution, pixel / resolution % resolution, pixel % resolution)
            return 2 * coarse[((image * blocks + y / 8) * blocks + x / 8) * 3 + channel] + 0.5 * fine[i]
        })
    }

    /// Calls `body` with a new folder, which is removed afterwards.
    package static func withFolder<R>(_ body: (URL) throws -> R) throws -> R {
        let folder = FileManager.default.temporaryDirectory.appending(path: "spg-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder)
    }

    /// Calls `body` with a checkpoint folder that holds the given weights and the tests' merges.
    package static func withCheckpoint<R>(_ weights: [String: Tensor], _ body: (URL) throws -> R) throws -> R {
        try withFolder { folder in
            try Safetensors.encode(weights).write(to: folder.appending(path: "model.safetensors"))
            try FileManager.default.copyItem(at: merges, to: folder.appending(path: "merges.txt"))
            return try body(folder)
        }
    }
}

/// A small model of resnet.json or vit.json: its shapes, and what PyTorch makes of the formula's weights.
package struct ModelFixture: Decodable {
    package let resolution: Int
    package let shapes: [String: [Int]]
    package let imageFeatures: [[Float]]
    package let imageLengths: [Float]
    package let tokens: [[Int]]
    package let textFeatures: [[Float]]
    package let logitScale: Float
}
