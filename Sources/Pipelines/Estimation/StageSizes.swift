import ArtifactStore
import Datasets
import Stages

/// How much each stage of a plan is about: its images and classes, and the model's sizes.
struct StageSizes {
    let store: ArtifactStore
    let model: ModelSize
    /// The images and classes of everything in the plan that is images or features of them.
    private var extents: [ArtifactKey: (images: Int, classes: Int)] = [:]
    /// The kinds of stage that make what is in the plan, by their names.
    private let kinds: [ArtifactKey: String]

    init(of plan: Plan, in store: ArtifactStore, model: ModelSize) throws {
        (self.store, self.model) = (store, model)
        kinds = Dictionary(plan.instances.map { ($0.key, $0.kind.name) }) { first, _ in first }
        for instance in plan.instances {
            for (input, source) in zip(instance.recipe.inputs, instance.sources) {
                guard case .images(let domain) = source, extents[input.key] == nil else { continue }
                if let known = try store.extent(of: input.key) {
                    extents[input.key] = known
                } else {
                    let manifest = try plan.specification.manifest(of: domain, store: store)
                    extents[input.key] = (manifest.images.count, manifest.classes.count)
                }
            }
            if instance.kind.makes == .embeddings, let images = instance.recipe.inputs.first.flatMap({ extents[$0.key] }) {
                extents[instance.key] = images
            }
        }
    }

    /// What a recipe is about. Inputs that are neither in the plan nor in the store count nothing.
    func size(of recipe: Recipe) throws -> StageSize {
        var images: [String: Int] = [:], artifacts: [String: Int] = [:], makers: [String: String] = [:], classes = 0
        for input in recipe.inputs {
            artifacts[input.role, default: 0] += 1
            makers[input.role] = try maker(of: input.key)
            guard let extent = try extent(of: input.key) else { continue }
            images[input.role, default: 0] += extent.images
            classes = max(classes, extent.classes)
        }
        return StageSize(
            parameters: recipe.parameters, images: images, artifacts: artifacts, makers: makers, classes: classes, model: model)
    }

    /// Of what the plan makes, only features have one.
    private func extent(of key: ArtifactKey) throws -> (images: Int, classes: Int)? {
        try extents[key] ?? (kinds[key] == nil ? store.extent(of: key) : nil)
    }

    /// The kind of stage that an artifact is of, where its recipe names it.
    private func maker(of key: ArtifactKey) throws -> String? {
        if let known = kinds[key] { return known }
        guard case .string(let name)? = try store.artifact(key)?.recipe.parameters["stage"] else { return nil }
        return name
    }
}
