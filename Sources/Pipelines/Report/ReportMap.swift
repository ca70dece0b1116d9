import ArtifactStore
import Datasets
import Foundation
import Reporting
import Stages
import Tensors

extension ReportReading {
    /// Points of a map at the most.
    static let mostPoints = 1500
    /// Pictures that points may have at the most.
    private static let mostPictures = 80

    /// An image of a sample, with its feature.
    struct SampledImage {
        let domain: String, label: String, path: String
        let digest: Digest
        let feature: [Float]
        /// Among the report's thumbnails.
        var thumbnail: Int?
    }

    /// The features of a sample of images, and the prompts of label and generator, in two dimensions.
    /// - Parameter places: of the images, where they are not to lie along principal components.
    mutating func readMaps(places: ImagePoints? = nil) throws {
        var images = try sample()
        guard let dimension = images.first?.feature.count, images.allSatisfy({ $0.feature.count == dimension }) else { return }
        takePictures(of: &images)
        let total = try plan.work.filter { $0.kind.makes == .embeddings }.reduce(0) {
            try $0 + (store.extent(of: $1.key)?.images ?? 0)
        }
        func point(_ image: SampledImage, _ x: Double, _ y: Double) -> PointMap.Point {
            .init(x: x, y: y, domain: image.domain, label: image.label, thumbnail: image.thumbnail)
        }
        if let places {
            let points = try zip(images, places.places(of: images.map(\.digest))).compactMap { image, place in
                place.map { point(image, $0.x, $0.y) }
            }
            report.features = PointMap(points: points, source: places.name, total: total)
        } else {
            let features = Tensor([images.count, dimension], images.flatMap(\.feature))
            let components = PrincipalComponents(of: features, count: 2)
            report.features = PointMap(
                points: zip(images, components.coordinates).map { point($0, $1[0], $1[1]) }, shares: components.shares,
                total: total)
        }
        report.notes[.map] = [
            "The query is that of the first domain. Places along the components are computed from its vectors, and generated prompts "
                + "from the generator's weights; these are the only figures of this page that no query gives."
        ]
        try readPrompts(images)
    }

    /// Some images of each domain, always the same: their digests are as good as drawn by lot.
    private mutating func sample() throws -> [SampledImage] {
        let features = try plan.work.filter { try $0.kind.makes == .embeddings && store.contains($0.key) }
        guard !features.isEmpty else { return [] }
        let wanted = max(1, Self.mostPoints / features.count)
        var images: [SampledImage] = []
        for (place, instance) in features.enumerated() {
            let set = try store.embeddingSet(instance.key), encoder = try store.encoder(set.encoder)
            guard let count = try store.extent(of: instance.key)?.images, count > 0,
                let names = try store.query(
                    "SELECT dataset, domain FROM images WHERE manifest_key = \(set.manifest.description.quotedForSQL) LIMIT 1"
                ).rows.first
            else { continue }
            // A little more than are wanted fall below it.
            let bound = UInt32(min(Double(UInt32.max), 1.3 * Double(wanted) / Double(count) * Double(UInt32.max)))
            let rows = try ask(
                .map,
                """
                SELECT label, image_path, image_sha256, vector FROM embeddings
                WHERE dataset = \(names[0].text.quotedForSQL) AND domain = \(names[1].text.quotedForSQL)
                    AND encoder = \("\(encoder.name)@\(set.encoder.short)".quotedForSQL) AND view = 'center'
                    AND image_sha256 <= '\(String(format: "%08x", bound))\(bound == .max ? "f" : "")'
                ORDER BY image_sha256, image_path LIMIT \(wanted)
                """, isShown: place == 0)
            let domain = instance.cell.value(on: domainAxis)?.text ?? names[1].text
            images += rows.compactMap { row in
                guard let digest = Digest(row[2].text), case .blob(let vector) = row[3] else { return nil }
                return SampledImage(
                    domain: domain, label: row[0].text, path: row[1].text, digest: digest, feature: vector.floats)
            }
        }
        return images
    }

    /// Gives as many images of each domain a picture as there is room for.
    private mutating func takePictures(of images: inout [SampledImage]) {
        let domains = images.map(\.domain).uniqued
        let each = Self.mostPictures / max(1, domains.count)
        var taken: [String: Int] = [:]
        for index in images.indices where taken[images[index].domain, default: 0] < each {
            let image = images[index]
            taken[image.domain, default: 0] += 1
            guard case .jpeg(let data, _, _) = Thumbnail(ofImageAt: image.path, digest: image.digest) else { continue }
            images[index].thumbnail = report.thumbnails.count
            report.thumbnails.append(data)
        }
    }
}

// Prompts.

extension ReportReading {
    private static let mostGenerated = 1200
    private static let mostGeneratedEach = 60

    /// The prompts that a row's generators have learned from, and those that they write for images of their targets. The row is
    /// the one in focus where it has generators, and else the last that has some.
    private mutating func readPrompts(_ images: [SampledImage]) throws {
        let titles = ([report.focus].compactMap(\.self) + evaluations.map(\.planned.title).reversed()).uniqued
        for title in titles {
            let own = evaluations.filter { $0.planned.title == title }
            let generators = try own.compactMap { try generator(of: $0) }
            guard !generators.isEmpty, let map = try promptMap(generators, images) else { continue }
            report.prompts = map
            report.notes[.map, default: []].append("Prompts are those of \(title).")
            return
        }
    }

    private struct UsedGenerator {
        let key: ArtifactKey
        /// The prompts that it has learned to write.
        let labels: [ArtifactKey]
        let target: String
        let seed: String?
        /// Of the noise.
        let noise: Int
    }

    private func generator(of evaluation: MadeEvaluation) throws -> UsedGenerator? {
        guard let recipe = try store.artifact(evaluation.planned.key)?.recipe,
            let key = recipe.inputs.first(where: { $0.role == "generator" })?.key, let made = try store.artifact(key)
        else { return nil }
        return UsedGenerator(
            key: key, labels: made.recipe.inputs.filter { $0.role == "prompts" }.map(\.key), target: evaluation.planned.target,
            seed: evaluation.planned.seed, noise: recipe.parameters["seed"]?.number.flatMap { Int(exactly: $0) } ?? 1)
    }

    /// - Returns: nil where a generator writes no prompts, or they are of another length than the labels.
    private func promptMap(_ generators: [UsedGenerator], _ images: [SampledImage]) throws -> PointMap? {
        var rows: [Float] = [], points: [PointMap.Point] = [], width: Int?
        func add(_ vector: [Float], _ point: PointMap.Point) -> Bool {
            guard width == nil || width == vector.count else { return false }
            width = vector.count
            rows += vector
            points.append(point)
            return true
        }
        for key in generators.flatMap(\.labels).uniqued where try store.artifact(key)?.recipe.kind == .prompt {
            let prompt = try store.prompt(key)
            let point = PointMap.Point(
                x: 0, y: 0, domain: prompt.domain, label: "learned on a domain", seed: prompt.seed.map { "\($0)" })
            guard add(prompt.vectors.values, point) else { return nil }
        }
        let each = min(Self.mostGeneratedEach, max(4, Self.mostGenerated / generators.count))
        for generator in generators {
            let own = images.filter { $0.domain == generator.target }.prefix(each)
            guard let dimension = own.first?.feature.count else { continue }
            let features = Tensor([own.count, dimension], own.flatMap(\.feature))
            let written: Tensor
            do {
                written = try store.generatedPrompts(
                    by: generator.key, seed: generator.noise, for: own.map(\.digest), features: features)
            } catch is StageInputError {
                return nil
            }
            for (place, image) in own.enumerated() {
                let point = PointMap.Point(
                    x: 0, y: 0, domain: generator.target, label: "generated for an image", seed: generator.seed,
                    target: generator.target, thumbnail: image.thumbnail)
                guard add(written.rows(place..<place + 1).values, point) else { return nil }
            }
        }
        guard let width, !points.isEmpty else { return nil }
        let components = PrincipalComponents(of: Tensor([points.count, width], rows), count: 2)
        for (index, place) in components.coordinates.enumerated() { (points[index].x, points[index].y) = (place[0], place[1]) }
        return PointMap(points: points, shares: components.shares, total: points.count)
    }
}

extension Data {
    /// The little-endian Float32 numbers that a vector of the store is.
    fileprivate var floats: [Float] {
        withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count - 3, by: 4).map { bytes.loadUnaligned(fromByteOffset: $0, as: Float.self) }
        }
    }
}
