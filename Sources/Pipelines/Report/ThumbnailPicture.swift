import Datasets
import Foundation
import Imaging
import Reporting

extension Thumbnail {
    /// Pixels of the longer side at the most.
    package static let side = 64
    private static let quality = 82

    /// The small copy of an image, or why there is none: its file is gone, or has other bytes than those that were predicted.
    /// - Parameters:
    ///   - path: the file.
    ///   - digest: of the bytes that were predicted.
    package init(ofImageAt path: String, digest: Digest) {
        let file = URL(filePath: path)
        guard FileManager.default.fileExists(atPath: path) else {
            self = .none("no longer there")
            return
        }
        do throws(ImageError) {
            let picture = try Picture(contentsOf: file) { Digest(of: $0) == digest }
            let scale = min(1, Double(Self.side) / Double(max(picture.width, picture.height)))
            let size = [picture.width, picture.height].map { max(1, Int((Double($0) * scale).rounded())) }
            let image = scale == 1 ? picture.rgb : picture.rgb.resized(width: size[0], height: size[1])
            self = .jpeg(try image.jpeg(quality: Self.quality), width: size[0], height: size[1])
        } catch {
            self = .none(error.reason == .changed ? "replaced since" : "cannot be read")
        }
    }

    var isThere: Bool { if case .jpeg = self { true } else { false } }
}
