import ArtifactStore
import Tensors

extension ArtifactStore {
    /// Writes what `make` returns as the artifact of a recipe, with the time it took; does nothing where the artifact is there.
    /// Of several processes that are to make one artifact, the first does, and the others wait for it.
    func artifact(
        of recipe: Recipe, make: () throws -> (contents: ArtifactContents, metrics: [Metric])
    ) throws -> ArtifactKey {
        if try finds(recipe.key) { return recipe.key }
        let claim = try claim(recipe.key)
        defer { withExtendedLifetime(claim) {} }
        if try finds(recipe.key) { return recipe.key }
        Profile.restart()
        let start = ContinuousClock.now
        let made = try make()
        return try write(
            recipe, made.contents, metrics: made.metrics + Profile.metrics, seconds: (.now - start) / .seconds(1))
    }

    /// Whether an artifact is there and is to stay as it is, of which `onFind` is told.
    private func finds(_ key: ArtifactKey) throws -> Bool {
        guard try has(key) else { return false }
        onFind(key)
        return true
    }

    /// Whether an artifact is there and is to stay as it is.
    func has(_ key: ArtifactKey) throws -> Bool { try !remakes && contains(key) }
}
