import ArtifactStore
import Datasets
import Foundation
import Tensors

/// A store that holds more than one experiment: two data sets with domains of one name, two encoders, two pipelines, and
/// results that are no longer asked for.
enum Experiments {
    static let other = EncoderIdentity(name: "gpu", dimension: 8, parameters: ["imported": "gpu"])

    /// Of the data set Sketches: a domain tango, too, with eight images.
    static let sketches = DomainManifest(
        dataset: "Sketches", domain: "tango", classes: Sample.manifest("tango").classes,
        images: (0..<8).map {
            LabelledImage(path: "/sketches/tango/\($0).jpg", digest: Digest(of: Data("sketch \($0)".utf8)), label: $0 % 3)
        })

    static func make(in store: ArtifactStore) throws {
        try Sample.runPipeline(in: store)
        let key = try Sample.extract(sketches, into: store)
        // The same images by another encoder.
        try store.record(other)
        let tango = Sample.manifest("tango")
        let rows = tango.images.map { ImageView(image: $0.digest, view: "center") }
        try store.insert(
            Tensor([rows.count, 8], rows.flatMap { Sample.vector($0.image, "other") }), for: rows, encoder: other.key)
        try store.write(
            Recipe(
                kind: .embeddings, algorithmVersion: 1, parameters: ["encoder": "gpu"], inputs: [.init("images", tango.key)]),
            .embeddings(EmbeddingSet(manifest: tango.key, encoder: other.key, views: ["center"])), seconds: 1)
        // A pipeline of another data set, whose method has the title of the first one's.
        let zeroShot = Sample.evaluationRecipe([.init("embeddings", key)], seed: nil)
        try store.write(
            zeroShot, .evaluation(Sample.evaluation(of: sketches, method: "zero-shot", seed: nil)), seconds: 1)
        try store.setPipeline(
            "sketches",
            to: [
                .init(stage: "zero-shot", cell: ["target": "tango"], key: zeroShot.key, title: "Zero-shot CLIP")
            ])
        // The first pipeline asks for another SPG now.
        var instances = try store.pipeline("desktop-icons")
        for index in instances.indices where instances[index].stage == "spg" && instances[index].cell["seed"] == 1 {
            let recipe = Sample.evaluationRecipe([.init("embeddings", Sample.extractionRecipe(tango).key)], seed: 17)
            var evaluation = Sample.evaluation(of: tango, method: "spg", seed: 1)
            for place in evaluation.predictions.indices where place < 2 {
                evaluation.predictions[place].predicted = (evaluation.predictions[place].label + 1) % 3
            }
            try store.write(recipe, .evaluation(evaluation), seconds: 1)
            instances[index].key = recipe.key
        }
        try store.setPipeline("desktop-icons", to: instances)
    }
}
