import ArtifactStore
import Tensors

extension LearningInputs {
    /// The prompts that a generator learns to write for the images of each source domain, each `[M, width]`, from the role
    /// `prompts`. A prompt of all sources together is every domain's.
    /// - Throws: `StageInputError` where they are not one for each domain, not of the plain form, or not of one shape.
    var labelPrompts: [Tensor] {
        get throws {
            let (domains, prompts) = (keys["embeddings"], keys["prompts"])
            guard prompts.count == domains.count || prompts.count == 1 else {
                throw StageInputError(
                    "\(domains.count) domains but \(prompts.count) prompts: give one prompt for each domain, in the same order, "
                        + "or one that is every domain's")
            }
            guard try prompts.allSatisfy({ try PromptForm(of: $0, in: store) == .plain }) else {
                throw StageInputError(
                    "a generator learns from prompts with one context for all classes, before the class name; fit them "
                        + "with classTokenPosition “end” and without classSpecificContexts")
            }
            let stored = try prompts.map { try store.prompt($0) }
            try requireDomains(stored.map(\.domain), toBe: features.manifests.map(\.domain), "prompts")
            for key in prompts { try store.requireEncoder(features.encoder, of: key, readsFeatures: false) }
            let labels = stored.map(\.vectors)
            guard Set(labels.map(\.shape)).count == 1 else {
                throw StageInputError(
                    "the prompts differ in shape: \(labels.map(\.shape)); fit them with the same contextLength")
            }
            return prompts.count == 1 ? Array(repeating: labels[0], count: domains.count) : labels
        }
    }
}
