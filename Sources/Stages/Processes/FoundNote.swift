import ArtifactStore

/// How a stage tells the `spg run` that started it that nothing had to be made for an artifact: another process made it
/// meanwhile, or all that it consists of was there. Whoever starts a stage by hand gets the key alone.
public enum FoundNote {
    /// What stands on standard output, on a line before the key.
    public static func line(_ key: ArtifactKey) -> String { "found \(key)" }
}
