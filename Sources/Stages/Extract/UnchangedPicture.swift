import ArtifactStore
import Datasets
import Foundation
import Imaging

extension Picture {
    /// Reads the file of an image once: the bytes that are decoded are those whose digest the image is known by.
    /// - Throws: an `ImageError`; `changed` where the file has other bytes by now.
    init(_ image: LabelledImage) throws(ImageError) {
        try self.init(contentsOf: URL(filePath: image.path.text)) { Digest(of: $0) == image.digest }
    }
}

extension ArtifactStore {
    /// Ends a stage at a file that has changed since the stage's images were recorded. What is remembered of it is forgotten, so
    /// that the next run reads it, even where its stamp stayed what it was.
    /// - Throws: the `ImageError` of the first that has changed, if one has.
    func refuseChanged(_ errors: some Sequence<ImageError>) throws {
        let changed = errors.filter { $0.reason == .changed }
        guard let first = changed.first else { return }
        try forgetDigests(ofFiles: changed.compactMap(\.file?.path))
        throw first
    }
}
