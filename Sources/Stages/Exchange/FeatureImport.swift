import ArtifactStore
import CLIP
import Datasets
import Foundation
import Tensors

/// Takes features that were computed elsewhere into the store, as those of an encoder with a name of its own.
public struct FeatureImport: Sendable {
    /// Which image each row is of.
    public enum Order: Sendable {
        /// The data set's: domains, classes and files in the order of their names, as `sorted(root.glob("*/*/*"))` gives
        /// them.
        case ofDataSet
        /// That of a table with the column `path` or `image_path`, absolute, or relative to the data set's folder; and
        /// perhaps `sha256` or `image_sha256`, which is then compared with the file's.
        case listed(URL)
    }

    /// What was imported for one domain.
    public struct Outcome: Sendable {
        public let domain: Name
        /// The embeddings artifact.
        public let key: ArtifactKey
        public let images: Int
        /// Files with the same bytes as another one but other features; those of the first are kept.
        public let ignoredCopies: Int
    }

    let encoder: String
    let folder: ImageFolder
    let domains: [Name]
    let order: Order
    let isNormalizing: Bool

    /// - Parameters:
    ///   - encoder: the name that pipelines refer to the features by.
    ///   - domains: those that the rows are of; all of the folder's if empty.
    ///   - isNormalizing: whether rows are scaled to unit length; if not, rows of another length are refused.
    /// - Throws: `StageInputError` if the name is empty.
    public init(
        encoder: String, folder: ImageFolder, domains: [Name], order: Order, isNormalizing: Bool
    ) throws {
        guard !encoder.isEmpty else { throw StageInputError("an imported encoder needs a name") }
        self.encoder = encoder
        self.folder = folder
        self.domains = domains.isEmpty ? folder.domains : domains
        self.order = order
        self.isNormalizing = isNormalizing
    }

    /// Checks everything, then writes: all domains or none of them can be used afterwards.
    ///
    /// - Parameters:
    ///   - features: `[images, dimension]`, or `[images, 1 + views, dimension]` with the center view first; each row of unit
    ///     length unless `isNormalizing`.
    ///   - norms: how long each was as the encoder put it out, `[images]` or `[images, 1 + views]`; if left out, those in the
    ///     table of images, or the lengths of rows that are scaled.
    ///   - source: what errors call the features.
    ///   - checkpoint: whose text encoder goes with them.
    ///   - progress: called with the rows written and to write.
    /// - Throws: `StageInputError` for rows that fit no image, images without a row, shapes; rows
    ///   that are no unit vectors; `DatasetError`; `StoreError`, `.otherVector` where the encoder has other features.
    public func run(
        _ features: Tensor, norms: Tensor? = nil, source: String, checkpoint: Checkpoint, store: ArtifactStore,
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> [Outcome] {
        let start = ContinuousClock.now
        let identity = try store.identity(of: checkpoint, origin: .imported(encoder))
        guard (2...3).contains(features.shape.count), features.columns == identity.dimension else {
            throw StageInputError(
                "\(source) has the shape \(features.shape); expected [images, \(identity.dimension)], or [images, 1 + views, "
                    + "\(identity.dimension)] with the center view first, for the text encoder of \(checkpoint.name)")
        }
        let viewCount = features.shape.count == 3 ? features.shape[1] : 1
        guard (1...1001).contains(viewCount) else {
            throw StageInputError("\(source) has the shape \(features.shape): \(viewCount) views of each image")
        }
        var parameters = ExtractStage.Parameters()
        parameters.views = .count(viewCount - 1)
        let stage = try ExtractStage(parameters, origin: .imported(encoder))

        let manifests = try domains.map { domain in
            try folder.manifest(of: domain) { try store.digests(ofFiles: $0) }
        }
        let table = try table()
        let imagesOfRows = try images(ofRows: features.shape[0], of: manifests, table, source: source)
        var vectors = features.reshaped([features.shape[0] * viewCount, identity.dimension])
        let given = try givenNorms(norms, table, of: imagesOfRows, views: viewCount, source: source)
        let lengths = try check(&vectors, views: stage.viewNames, of: imagesOfRows)
        var norms = given ?? (isNormalizing ? Self.norms(fromLengths: lengths) : nil)

        // One row for each image and view that differ.
        var rows: [ImageView] = [], chosen: [Int] = [], ignored: [Name: Int] = [:], firstRow: [Digest: Int] = [:]
        for (row, image) in imagesOfRows.enumerated() {
            let own = row * viewCount..<(row + 1) * viewCount
            if let first = firstRow[image.digest] {
                let known = first * viewCount..<(first + 1) * viewCount
                if !vectors.hasSameBits(own, as: known) { ignored[image.path, default: 0] += 1 }
                continue
            }
            firstRow[image.digest] = row
            for (view, index) in zip(stage.viewNames, own) {
                rows.append(ImageView(image: image.digest, view: view))
                chosen.append(index)
            }
        }
        if chosen.count < vectors.rows {
            vectors = vectors.gatheringRows(chosen)
            norms = norms.map { norms in chosen.map { norms[$0] } }
        }

        let key = try store.record(identity)
        // All are compared before the first is written.
        try store.checkNoOthers(vectors, norms: norms, for: rows, encoder: key)
        for first in stride(from: 0, to: rows.count, by: 4096) {
            let part = first..<min(first + 4096, rows.count)
            try store.insert(
                vectors.rows(part), norms: norms.map { Array($0[part]) }, for: Array(rows[part]), encoder: key,
                refusingOthers: true)
            progress(part.upperBound, rows.count)
        }
        return try artifacts(of: manifests, by: stage, key, ignored: ignored, since: start, in: store)
    }

    /// Writes the artifact of each domain, whose features are there.
    func artifacts(
        of manifests: [DomainManifest], by stage: ExtractStage, _ encoder: Digest, ignored: [Name: Int] = [:],
        since start: ContinuousClock.Instant, in store: ArtifactStore
    ) throws -> [Outcome] {
        let seconds = (ContinuousClock.now - start) / .seconds(1), count = manifests.reduce(0) { $0 + $1.images.count }
        return try manifests.map { manifest in
            let images = try store.record(manifest)
            let artifact = try store.write(
                stage.recipe(images: images, encoder: encoder),
                .embeddings(EmbeddingSet(manifest: images, encoder: encoder, views: stage.viewNames)),
                seconds: seconds * Double(manifest.images.count) / Double(max(1, count)))
            return Outcome(
                domain: manifest.domain, key: artifact, images: manifest.images.count,
                ignoredCopies: manifest.images.count { ignored[$0.path] != nil })
        }
    }

    /// What says which image each row is of; nil where they are in the data set's order.
    private func table() throws -> CommaSeparated? {
        guard case .listed(let url) = order else { return nil }
        return try CommaSeparated(TextFile.text(of: url.path), source: url.path)
    }

    /// Refuses rows that are no unit vectors, by the image's path, or makes them such.
    /// - Returns: how long they are in the file.
    private func check(_ vectors: inout Tensor, views: [String], of images: [LabelledImage]) throws -> [Float] {
        func refuse(_ row: Int, _ problem: StoreError.VectorProblem) -> StageInputError {
            let advice =
                if case .notUnitLength(let length) = problem, length > 0 {
                    "scale rows to length 1, or give --normalize"
                } else {
                    "encode the image again"
                }
            return StageInputError(
                "the features of “\(images[row / views.count].path)” (view \(views[row % views.count])) \(problem); \(advice)")
        }
        let lengths = vectors.squaredNormsOfRows().map { $0.squareRoot() }
        if let row = lengths.firstIndex(where: { !$0.isFinite }) { throw refuse(row, .notFinite) }
        if isNormalizing {
            if let row = lengths.firstIndex(of: 0) { throw refuse(row, .notUnitLength(0)) }
            let (units, norms) = vectors.normalizedRowsWithNorms()
            vectors = units
            return norms
        }
        if let row = lengths.firstIndex(where: { abs($0 - 1) > 4e-4 }) { throw refuse(row, .notUnitLength(lengths[row])) }
        return lengths
    }
}

extension Tensor {
    /// Whether two ranges of rows hold the same bits.
    fileprivate func hasSameBits(_ a: Range<Int>, as b: Range<Int>) -> Bool {
        withUnsafePointer { memcmp($0 + a.lowerBound * columns, $0 + b.lowerBound * columns, 4 * a.count * columns) == 0 }
    }
}
