import ArtifactStore
import Tensors

extension ArtifactStore {
    /// Writes what `make` returns as the artifact of a recipe, with the time it took; does nothing where the artifact is there.
    /// Of several processes that are to make one artifact, the first does, and the others wait for it.
    /// - Parameters:
    ///   - replacing: whether it is made again where it is there.
    ///   - isWhole: whether nothing is missing of an artifact that is there.
    @discardableResult
    func artifact(
        of recipe: Recipe, replacing: Bool, if isWhole: () throws -> Bool = { true },
        make: () throws -> (contents: ArtifactContents, metrics: [Metric])
    ) throws -> ArtifactKey {
        func finds() throws -> Bool {
            guard try !replacing && contains(recipe.key), try isWhole() else { return false }
            onFind(recipe.key)
            return true
        }
        if try finds() { return recipe.key }
        let claim = try claim(recipe.key)
        defer { withExtendedLifetime(claim) {} }
        if try finds() { return recipe.key }
        Profile.restart()
        let start = ContinuousClock.now
        let made = try make()
        return try write(
            recipe, made.contents, metrics: made.metrics + Profile.metrics, seconds: (.now - start) / .seconds(1),
            replacing: replacing)
    }
}
