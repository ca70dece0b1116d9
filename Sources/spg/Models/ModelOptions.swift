import ArgumentParser
import ArtifactStore
import CLIP
import CommandLineSupport
import Datasets
import Foundation
import Pipelines
import Stages
import Tensors

/// Which model is meant, and what is changed about it.
struct ModelOptions: ParsableArguments {
    static let help = ArgumentHelp(
        """
        A model: an evaluation, prompt or generator in the store, by its key, the first digits of it, or its name, such as \
        "spg(target tango, seed 1)"; a bundle's file; or zero-shot, with --template and --classes.
        """, valueName: "model")

    @OptionGroup var planning: PlanningOptions

    @Option(
        help: ArgumentHelp("The pipeline file that the model's name is of; names its checkpoint, too.", valueName: "file"),
        completion: .pipelineFiles)
    var pipeline: String?

    @Option(
        help: ArgumentHelp(
            "The CLIP checkpoint; by default, that of the pipeline file, or Models/icon-clip. Bundles have their own.",
            valueName: "path"), completion: .file())
    var checkpoint: String?

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Zero-shot CLIP's prompt, with {} in place of the class name, or a named list of prompts; repeat for several.",
            valueName: "text"))
    var template: [String] = []

    @Option(help: ArgumentHelp("Classes to tell apart in place of the model's, such as \"dog,cat\".", valueName: "names"))
    var classes: String?

    @Option(help: ArgumentHelp("A file with such classes, one in each line.", valueName: "file"), completion: .file())
    var classesFile: String?

    @Option(help: ArgumentHelp("How many prompts a generator draws for each image; answers have their spread.", valueName: "k"))
    var draws: Int?

    @Option(
        help: ArgumentHelp(
            "What texts are encoded in, in place of what the model was evaluated or learned with: float32 or bf16.",
            valueName: "word"), completion: .list(Precision.allCases.map(\.rawValue)))
    var textPrecision: Precision?

    func validate() throws {
        if classes != nil, classesFile != nil { throw ValidationError("Give --classes or --classes-file, not both.") }
        if let draws, !(1...1000).contains(draws) { throw ValidationError("--draws must be from 1 to 1000, not \(draws)") }
    }

    /// The model that a name means.
    func model(_ name: String) throws -> Model {
        if pipeline == nil, ModelBundle.isThere(name) {
            let bundle = try ModelBundle(contentsOf: URL(filePath: name))
            return try bundle.model(changed, checkpoint: { try Checkpoint(telling: $0) }, at: checkpoint)
        }
        let found = try parts(name)
        return try Model(found.parts, checkpoint: found.checkpoint, store: found.store)
    }

    /// The model that a name means, and the CLIP model that it stands on. A bundle is none that can be put into another.
    func parts(_ name: String) throws -> (parts: ModelParts, checkpoint: Checkpoint, store: ArtifactStore) {
        let (parts, checkpoint, store) = try found(name)
        return (try changed(parts), checkpoint, store)
    }

    private func changed(_ parts: ModelParts) throws -> ModelParts {
        var parts = parts
        if !template.isEmpty { parts = try parts.speaking(template) }
        if let names = try classNames { parts = try parts.classifying(names) }
        if let draws { parts = try parts.drawing(draws) }
        if let textPrecision { parts = parts.readingTexts(in: textPrecision) }
        return parts
    }

    private var classNames: [Name]? {
        get throws { try classes.map(ClassNames.list) ?? classesFile.map(ClassNames.file) }
    }

    private func found(_ name: String) throws -> (ModelParts, Checkpoint, ArtifactStore) {
        if name.hasSuffix(".spg") {
            guard ModelBundle.isThere(name) else { throw NoModel(description: "there is no bundle at “\(name)”") }
            throw NoModel(
                description: pipeline == nil
                    ? "“\(name)” is a bundle: it cannot be changed or written again. Name the model that it was made of"
                    : "“\(name)” is a bundle, which no pipeline file knows; leave --pipeline out")
        }
        if let pipeline {
            let store = try planning.storeOptions.openToLook(), plan = try planning.plan(pipeline, in: store)
            let instance = try selecting { try plan.instance(InstanceSelector(name)) }
            guard try store.contains(instance.key) else {
                throw NoModel(
                    description:
                        "\(instance.name) is not made yet; make it first: spg run \(pipeline) --until \"\(instance.name)\"")
            }
            let path = checkpoint ?? plan.specification.checkpoint.value
            return (try ModelParts(instance.key, in: store), try Checkpoint(telling: path), store)
        }
        let opened = { try Checkpoint(telling: checkpoint ?? "Models/icon-clip") }
        if name == "zero-shot", !template.isEmpty, let classes = try classNames {
            let store = try planning.storeOptions.openToLook(), checkpoint = try opened()
            let parts = try ModelParts(zeroShot: template, classes: classes, encoder: store.identity(of: checkpoint))
            return (parts, checkpoint, store)
        }
        let store = try planning.storeOptions.openThere(readOnly: !ArtifactStore.canWrite(planning.storeOptions.store))
        return (try ModelParts(store.resolve(name), in: store), try opened(), store)
    }
}

/// What is named is no model yet.
struct NoModel: Error, CustomStringConvertible {
    let description: String
}
