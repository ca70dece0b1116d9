import ArtifactStore
import CLIP
import Datasets
import PromptLearning

/// How a stored prompt's vectors stand around the class names, as the recipe that it was fitted by tells.
struct PromptForm: Hashable {
    let position: PromptLayout.ClassTokenPosition
    /// The classes with vectors of their own, in the vectors' order; nil where all classes share one context.
    let classes: [Name]?

    /// One context for all classes, before the class name.
    static let plain = PromptForm(position: .end, classes: nil)

    init(position: PromptLayout.ClassTokenPosition, classes: [Name]?) {
        (self.position, self.classes) = (position, classes)
    }

    /// - Throws: `StoreError.noArtifact`; `StageInputError` for a position that is none.
    init(of key: ArtifactKey, in store: ArtifactStore) throws {
        guard let recipe = try store.artifact(key)?.recipe else { throw StoreError.noArtifact(key, .prompt) }
        // Prompts that were fitted before these parameters were have neither in their recipe.
        let place = recipe.parameters["classTokenPosition"] ?? .string(Self.plain.position.rawValue)
        guard let known = PromptLayout.ClassTokenPosition.allCases.first(where: { .string($0.rawValue) == place }) else {
            throw StageInputError("the prompt \(key.short) has its class names at \(place.canonicalText), a place unknown here")
        }
        position = known
        guard recipe.parameters["classSpecificContexts"] == true else {
            classes = nil
            return
        }
        guard let embeddings = recipe.inputs.first(where: { $0.role == "embeddings" }) else {
            throw StageInputError("the prompt \(key.short) was fitted on no embeddings: its vectors' classes are unknown")
        }
        classes = try store.manifest(store.embeddingSet(embeddings.key).manifest).classes
    }

    /// Prompts of this form for the classes of a domain.
    /// - Parameter vectorCount: how many context vectors the prompt has, for all classes together.
    func prompts(_ names: [Name], vectorCount: Int, model: CLIPText) throws -> ClassPrompts {
        if let classes, classes != names {
            throw StageInputError(
                "the prompt has context vectors for the classes \(classes.map(\.text).joined(separator: ", ")), but the images are of "
                    + "\(names.map(\.text).joined(separator: ", ")); fit it without classSpecificContexts")
        }
        let contexts = classes?.count ?? 1
        guard vectorCount % contexts == 0 else {
            throw StageInputError("\(vectorCount) context vectors cannot be shared out among \(contexts) classes")
        }
        return try ClassPrompts(
            classNames: names.map(\.text), contextLength: vectorCount / contexts, position: position,
            classSpecific: classes != nil, model: model)
    }
}
