import ArtifactStore
import Datasets
import Foundation
import Tensors
import Testing

@Suite("The views that figures read")
struct FigureViewTests {
    private func rows(_ sql: String, _ store: ArtifactStore) throws -> [String] {
        try store.query(sql).rows.map { row in
            row.map { value in
                switch value {
                case .text(let text): text
                case .integer(let number): "\(number)"
                case .real(let number): String(format: "%.4f", number)
                case .null: "–"
                case .blob: "blob"
                }
            }.joined(separator: " ")
        }
    }

    /// Of six images, two of each class, the classes 0 0 1 1 2 2.
    private func evaluate(
        _ predicted: [Int], probabilities: [Double], method: String, in store: ArtifactStore
    ) throws -> ArtifactKey {
        let manifest = Sample.manifest("tango"), embeddings = try Sample.extract(manifest, into: store)
        let recipe = Recipe(
            kind: .evaluation, algorithmVersion: 1, parameters: ["method": .string(method)],
            inputs: [.init("embeddings", embeddings)])
        let predictions = zip(manifest.labels.enumerated(), zip(predicted, probabilities)).map { image, said in
            Evaluation.Prediction(position: image.offset, label: image.element, predicted: said.0, probability: said.1)
        }
        return try store.write(
            recipe, .evaluation(Evaluation(method: method, seed: nil, manifest: manifest.key, predictions: predictions)),
            seconds: 1)
    }

    @Test("confusion counts pairs of classes, calibration bins of probability, of one evaluation alone")
    func counts() throws {
        try withStore { store throws in
            let key = try evaluate(
                [1, 1, 1, 0, 2, 2], probabilities: [0.1, 0.12, 0.5, 0.52, 1, 0.99], method: "own", in: store)
            _ = try evaluate([0, 0, 1, 1, 2, 2], probabilities: [1, 1, 1, 1, 1, 1], method: "other", in: store)
            #expect(
                try rows("SELECT label, predicted, images FROM confusion WHERE evaluation_key = '\(key)' ORDER BY 1, 2", store)
                    == [
                        "folder printer 2", "printer folder 1", "printer printer 1", "trash trash 2",
                    ])
            // Bins of a fifteenth: 1 is in the last one, and so is 0.99.
            #expect(
                try rows(
                    "SELECT bin, images, confidence, accuracy FROM calibration WHERE evaluation_key = '\(key)' ORDER BY bin",
                    store) == [
                        "1 2 0.1100 0.0000", "7 2 0.5100 0.5000", "14 2 0.9950 1.0000",
                    ])
        }
    }

    @Test("class_gains are differences of accuracies on the same images, and there are none between different images")
    func gains() throws {
        try withStore { store throws in
            let own = try evaluate(
                [1, 0, 1, 0, 2, 2], probabilities: Array(repeating: 0.5, count: 6), method: "own", in: store)
            let other = try evaluate(
                [1, 1, 0, 0, 2, 2], probabilities: Array(repeating: 0.5, count: 6), method: "other", in: store)
            let sql =
                "SELECT label, images, accuracy, other_accuracy, gain FROM class_gains WHERE evaluation_key = '\(own)' AND other_key = '\(other)' ORDER BY label"
            #expect(
                try rows(sql, store) == [
                    "folder 2 0.5000 0.0000 0.5000", "printer 2 0.5000 0.0000 0.5000", "trash 2 1.0000 1.0000 0.0000",
                ])
            let sketches = DomainManifest(
                dataset: "Sketches", domain: "ink", classes: Sample.manifest("tango").classes,
                images: [LabelledImage(path: "/ink/0.jpg", digest: Digest(of: Data("ink".utf8)), label: 0)])
            let features = try Sample.extract(sketches, into: store)
            let elsewhere = Recipe(
                kind: .evaluation, algorithmVersion: 1, parameters: [:], inputs: [.init("embeddings", features)])
            try store.write(
                elsewhere,
                .evaluation(
                    Evaluation(
                        method: "own", seed: nil, manifest: sketches.key,
                        predictions: [.init(position: 0, label: 0, predicted: 0, probability: 1)])), seconds: 1)
            #expect(
                try rows(
                    "SELECT count(*) FROM class_gains WHERE evaluation_key = '\(own)' AND other_key = '\(elsewhere.key)'", store
                ) == ["0"])
        }
    }

    @Test(
        "The kept epoch is the first of the best; of DPSPG, among those it chooses from; of DAPL, and without validation, the last"
    )
    func keptEpochs() throws {
        try withStore { store throws in
            func metrics(_ accuracies: [Double], _ name: String = "validation accuracy") -> [Metric] {
                accuracies.enumerated().flatMap { epoch, value in
                    [Metric(epoch: epoch + 1, name: name, value: value), Metric(epoch: epoch + 1, name: "loss", value: 1)]
                } + [Metric(epoch: 0, name: "profile total seconds", value: 3)]
            }
            func learn(_ method: String, _ parameters: JSONValue, accuracy: Double?, _ history: [Metric]) throws -> String {
                let recipe = Recipe(kind: .generator, algorithmVersion: 1, parameters: parameters, inputs: [])
                try store.write(
                    recipe,
                    .weights(
                        LearnedWeights(
                            method: method, domain: "oil", seed: 1, tensors: ["w": Tensor([1], [1])],
                            validationAccuracy: accuracy)),
                    metrics: history, seconds: 1)
                return try rows(
                    "SELECT epoch FROM curves WHERE key = '\(recipe.key)' AND is_kept AND name = 'loss'", store
                ).joined(separator: ",")
            }
            let history = metrics([0.5, 0.75, 0.25, 0.75])
            #expect(try learn("spg", ["a": 1], accuracy: 0.75, history) == "2")
            #expect(try learn("dual-path", ["earliestEpoch": 3], accuracy: 0.75, history) == "4")
            #expect(try learn("dapl", ["a": 2], accuracy: 0.75, history) == "4")
            #expect(try learn("vpt", ["a": 3], accuracy: nil, metrics([0.5, 0.5], "training accuracy")) == "2")
            #expect(try rows("SELECT count(*) FROM curves WHERE epoch = 0", store) == ["0"])
        }
    }
}
