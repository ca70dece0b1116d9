import ArtifactStore
import Tensors

extension ArtifactStore {
    /// Writes what `make` returns as the artifact of a recipe, with the time it took; does nothing where the artifact is there.
    func artifact(
        of recipe: Recipe, make: () throws -> (contents: ArtifactContents, metrics: [Metric])
    ) throws -> ArtifactKey {
        if try contains(recipe.key) { return recipe.key }
        Profile.restart()
        let start = ContinuousClock.now
        let made = try make()
        return try write(
            recipe, made.contents, metrics: made.metrics + Profile.metrics, seconds: (.now - start) / .seconds(1))
    }
}
