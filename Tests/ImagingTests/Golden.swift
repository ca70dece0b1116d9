import Foundation
import Imaging

/// What Pillow and torchvision make of known pictures: Tests/Fixtures/imaging, made by
/// Tests/Reference/imaging_fixtures.py. Pictures are compared by digest.
struct Golden: Decodable {
    struct File: Decodable {
        let file: String, size: [Int], digest: String
    }
    struct Resizing: Decodable {
        let seed: UInt64, size: [Int], target: [Int], box: [Double]?, digest: String
    }
    struct CenterView: Decodable {
        let seed: UInt64, size: [Int], resolution: Int, view: String, crop: String
    }
    struct Window: Decodable {
        let seed: UInt64, size: [Int], scale: [Double], ratio: [Double], window: [Int]
    }
    struct Crop: Decodable {
        let seed: UInt64, size: [Int], window: [Int], resolution: Int, digest: String
    }
    let files: [File]
    let resizings: [Resizing]
    let centerViews: [CenterView]
    let normalized: [Float]
    let windows: [Window]
    let crops: [Crop]

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/imaging")

    static func load() throws -> Golden {
        try JSONDecoder().decode(Golden.self, from: file("golden.json"))
    }

    static func file(_ name: String) throws -> Data {
        try Data(contentsOf: folder.appending(path: name))
    }
}

/// The script's generator.
struct Generator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state
    }

    mutating func byte() -> UInt8 { UInt8(next() >> 56) }

    mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    mutating func integer(below bound: Int) -> Int { Int(uniform() * Double(bound)) }
}

extension RGBImage {
    /// The script's random picture.
    static func noise(_ size: [Int], seed: UInt64) -> RGBImage {
        var generator = Generator(seed: seed)
        var pixels: [UInt8] = []
        for row in 0..<size[1] {
            for _ in 0..<3 * size[0] {
                let byte = generator.byte()
                pixels.append(row % 2 == 0 ? byte : 255 * (byte >> 7))
            }
        }
        return RGBImage(width: size[0], height: size[1], pixels: pixels)
    }

    /// Width and height.
    var size: [Int] { [width, height] }

    /// The script's digest of the pixels.
    var digest: String {
        let hash = pixels.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
