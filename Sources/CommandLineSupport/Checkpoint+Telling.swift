import CLIP
import Foundation
import Stages

extension Checkpoint {
    /// Opens the checkpoint that a command line names, and says what had to be assumed of it. A stage that `spg run` has
    /// started does not: its run has said so, once.
    /// - Parameter path: a file of weights or a folder with one.
    public init(telling path: String) throws(CheckpointError) {
        try self.init(contentsOf: URL(filePath: path))
        if let assumption, !Lifeline.isThere { Console.standardError.warning(assumption) }
    }
}
