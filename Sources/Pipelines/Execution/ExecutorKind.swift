/// What a pipeline file may name after `executor:`, and the command line after `--executor`.
public enum ExecutorKind: String, CaseIterable, Sendable {
    /// This machine.
    case local
    case slurm
}
