import Datasets
import Foundation
import Imaging
import Stages
import Tensors
import TestSupport
import Testing

/// What Scripts/encode-with-torch draws and cuts out of pictures (Tests/Reference/encode_with_torch.py), beside ours.
@Suite("Views of encode-with-torch")
struct TorchViewTests {
    private struct Golden: Decodable {
        struct Stream: Decodable { let text: String, purpose: String, numbers: [Double] }
        struct Pixels: Decodable { let file: String, dassl: String, clip: String }
        let resolution: Int, views: Int
        let numbers: [Stream], pictures: [Pixels]

        static func load() throws -> Golden { try Fixtures.decoded(Golden.self, "../encode-with-torch.json") }
    }

    @Test("The numbers of an image's stream are ours")
    func numbers() throws {
        let golden = try Golden.load()
        #expect(golden.numbers.count == 9)
        for golden in golden.numbers {
            var stream = RandomStream(digest: Digest(of: Data(golden.text.utf8)), purpose: golden.purpose)
            #expect(golden.numbers.map { _ in stream.uniformDouble() } == golden.numbers, "\(golden)")
        }
    }

    @Test("The pixels of center and augmented views are ours, of files of every kind, in both orders of colours")
    func pixels() throws {
        let golden = try Golden.load()
        #expect(golden.pictures.count > 200)
        var parameters = ExtractStage.Parameters()
        parameters.views = .count(golden.views)
        let names = try ExtractStage(parameters).viewNames
        let folder = URL(filePath: #filePath).appending(path: "../../Fixtures").standardizedFileURL
        for picture in golden.pictures {
            let data = try Data(contentsOf: folder.appending(path: picture.file)), digest = Digest(of: data)
            let decoded = try Picture(decoding: data)
            for (order, expected) in [(ColorOrder.dassl, picture.dassl), (.clip, picture.clip)] {
                var preprocessing = CLIPPreprocessing(resolution: golden.resolution)
                preprocessing.order = order
                let squares = names.map { name in
                    if name == "center" { return preprocessing.centerView(of: decoded) }
                    var stream = RandomStream(digest: digest, purpose: name)
                    return preprocessing.randomView(of: decoded, RandomResizedCropFlip(), using: &stream)
                }
                let hash = squares.flatMap(\.pixels).reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
                    ($0 ^ UInt64($1)) &* 0x100_0000_01b3
                }
                #expect(hash == UInt64(expected, radix: 16), "\(picture.file), \(order)")
            }
        }
    }
}
