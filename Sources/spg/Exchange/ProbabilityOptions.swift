import ArgumentParser
import ArtifactStore
import CLIP
import CommandLineSupport
import Foundation
import Stages
import Tensors

/// What computes again what an evaluation says of all classes.
struct ProbabilityOptions: ParsableArguments {
    @Flag(
        name: .customLong("probabilities"),
        help: ArgumentHelp(
            "Export the probabilities of all classes, too. They are not in the store: they are computed again from what the "
                + "evaluation was made from. A command's evaluation cannot be; one with prompts in the image encoder (VPT, MaPLe) "
                + "reads the images again."))
    var areWanted = false

    @Option(help: ArgumentHelp("With --probabilities: the CLIP checkpoint of the evaluation.", valueName: "path"))
    var checkpoint = "Models/icon-clip"

    @Option(
        help: ArgumentHelp(
            "With --probabilities: how many threads to use; by default, one for each core. Results do not depend on it.",
            valueName: "n"))
    var threads: Int?

    @OptionGroup var progress: ProgressOptions

    func validate() throws { try ThreadOptions.check(threads, "--threads") }

    /// Nil where they are not wanted.
    func computed(for key: ArtifactKey, in store: ArtifactStore) throws -> ClassProbabilities? {
        guard areWanted else { return nil }
        progress.apply()
        if let threads { Threads.count = threads }
        let line = ProgressLine("probabilities", unit: "images")
        let probabilities = try ClassProbabilities(of: key, checkpoint: Checkpoint(telling: checkpoint), store: store) {
            line.update($0, of: $1)
        }
        Console.standardError.clearStatus()
        if probabilities.difference > 0 {
            Console.standardError.warning(
                """
                the probabilities computed now differ from those in the store by up to \(probabilities.difference): the evaluation \
                was made on another kind of processor, or by an earlier version
                """)
        }
        return probabilities
    }
}
