import Foundation
import Origin
import Tensors

/// Which release the programs are of.
public enum Version {
    /// The number, as CHANGELOG.md has it.
    public static let text = "0.9.0"

    /// What `--version` prints: the release, and all by which two builds of it differ.
    public static func description(of program: String) -> String {
        """
        \(program) \(text)
        commit   \(Origin.commit ?? "unknown")\(Origin.isChanged ? ", with changes" : "")
        build    \(Origin.configuration), Swift \(Origin.compiler ?? "of an unknown version"), for \(Kernels.target)
        kernels  \(Kernels.description)
        cores    \(ProcessInfo.processInfo.activeProcessorCount)
        """
    }
}
