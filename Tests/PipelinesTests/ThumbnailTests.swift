import Datasets
import Foundation
import Imaging
import Pipelines
import Reporting
import TestSupport
import Testing

@Suite("Thumbnails")
struct ThumbnailTests {
    @Test(
        "A picture is made no longer than 64 pixels, keeps its shape, and a small one its size",
        arguments: [
            (200, 100, 64, 32), (30, 300, 6, 64), (40, 36, 40, 36), (1, 640, 1, 64),
        ])
    func sizes(width: Int, height: Int, toWidth: Int, toHeight: Int) throws {
        let folder = try TemporaryFolder(), file = folder.url.appending(path: "picture.png")
        let pixels = (0..<3 * width * height).map { UInt8(truncatingIfNeeded: $0) }
        let data = try RGBImage(width: width, height: height, pixels: pixels).png()
        try data.write(to: file)
        guard case .jpeg(let jpeg, let shownWidth, let shownHeight) = Thumbnail(ofImageAt: file.path, digest: Digest(of: data))
        else {
            Issue.record("there is no picture")
            return
        }
        #expect((shownWidth, shownHeight) == (toWidth, toHeight))
        let small = try RGBImage(decoding: jpeg)
        #expect((small.width, small.height) == (toWidth, toHeight) && jpeg.starts(with: [0xFF, 0xD8]))
    }

    @Test("A file that is gone, has other bytes, or is no picture, has none, and it is said why")
    func none() throws {
        let folder = try TemporaryFolder(), file = folder.url.appending(path: "picture.png")
        let data = Data("no picture".utf8)
        #expect(Thumbnail(ofImageAt: file.path, digest: Digest(of: data)) == .none("no longer there"))
        try data.write(to: file)
        #expect(Thumbnail(ofImageAt: file.path, digest: Digest(of: Data("another".utf8))) == .none("replaced since"))
        #expect(Thumbnail(ofImageAt: file.path, digest: Digest(of: data)) == .none("cannot be read"))
    }
}
