import ArtifactStore
import CLIP
import Datasets
import Foundation
import Tensors

extension FeatureImport {
    /// Takes features that lie in shards, one shard at a time. An image is known by its bytes: rows of other images than those
    /// of the domains are left out.
    ///
    /// Checks everything, then writes: all domains or none of them can be used afterwards.
    /// - Parameters:
    ///   - checkpoint: whose image encoder made them, as the shards say.
    ///   - progress: called with the rows written and to write.
    /// - Throws: `StageInputError` for images without features, features of another checkpoint, or no unit vectors;
    ///   `DatasetError`; `TensorFileError`; `StoreError`, `.otherVector` where the encoder has other features.
    public func run(
        _ shards: FeatureShards, checkpoint: Checkpoint, store: ArtifactStore,
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> [Outcome] {
        let start = ContinuousClock.now
        let identity = try store.identity(of: checkpoint, origin: .imported(encoder))
        try shards.check(checkpoint, weights: identity.parameters["weights"])
        var parameters = ExtractStage.Parameters()
        parameters.views = .count(shards.encoding.views.count - 1)
        let stage = try ExtractStage(parameters, origin: .imported(encoder))
        let manifests = try domains.map { domain in
            try folder.manifest(of: domain) { try store.digests(ofFiles: $0) }
        }
        let images = manifests.flatMap(\.images)
        let rows = try shards.rows(of: images)

        let key = try store.record(identity)
        let total = rows.reduce(0) { $0 + $1.count } * stage.viewNames.count
        // All are compared before the first is written.
        for isWriting in [false, true] {
            var done = 0
            for (shard, own) in zip(shards.shards, rows) where !own.isEmpty {
                let (vectors, norms) = try shard.read(dimension: identity.dimension)
                let places = own.flatMap { row in (0..<shard.views).map { row * shard.views + $0 } }
                let views = own.flatMap { row in stage.viewNames.map { ImageView(image: shard.images[row], view: $0) } }
                let (chosen, chosenNorms) = (vectors.gatheringRows(places), places.map { norms[$0] })
                if isWriting {
                    try store.insert(chosen, norms: chosenNorms, for: views, encoder: key, refusingOthers: true)
                    done += views.count
                    progress(done, total)
                } else {
                    try store.checkNoOthers(chosen, norms: chosenNorms, for: views, encoder: key)
                }
            }
        }
        return try artifacts(of: manifests, by: stage, key, since: start, in: store)
    }
}

extension FeatureShards {
    /// Which rows of each shard have the features of some images: the first of each image.
    /// - Throws: `StageInputError` where images have none.
    fileprivate func rows(of images: [LabelledImage]) throws -> [[Int]] {
        var wanted = Set(images.map(\.digest))
        let rows = shards.map { shard in shard.images.indices.filter { wanted.remove(shard.images[$0]) != nil } }
        let missing = images.filter { wanted.contains($0.digest) }.map(\.path)
        guard let first = missing.first else { return rows }
        throw StageInputError(
            "\(missing.count) of \(images.count) images have no features in \(source), the first being “\(first)”; list the "
                + "images again (spg data images), and run Scripts/encode-with-torch again: it encodes what is missing")
    }
}
