import Foundation
import Tensors

/// Files under Tests/Fixtures/clip.
package enum Fixtures {
    package static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../Fixtures/clip").standardizedFileURL
    package static let merges = folder.appending(path: "merges.txt")

    package static func decoded<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: folder.appending(path: name)))
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
