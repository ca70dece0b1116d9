import Foundation
import Synchronization

/// How much memory this process may take for what a backward pass needs of the forward pass.
///
/// What does not fit is computed a second time, in the backward pass: results are the same, in all bits.
public enum ActivationBudget {
    private static let configured = Atomic(0)
    private static let quarterOfMemory = Int(clamping: ProcessInfo.processInfo.physicalMemory / 4)

    /// The budget in bytes; a quarter of the machine's memory if it was not set.
    public static var bytes: Int {
        get {
            let bytes = configured.load(ordering: .relaxed)
            return bytes > 0 ? bytes : quarterOfMemory
        }
        set { configured.store(max(1, newValue), ordering: .relaxed) }
    }

    /// Of how many layers only the input is kept, so that what a backward pass needs of all takes no more than so many bytes,
    /// or as near to it as can be.
    ///
    /// - Parameters:
    ///   - layers: how many there are.
    ///   - input: the bytes of a layer's input.
    ///   - all: the bytes that are kept of a layer otherwise.
    ///   - bytes: the budget for all layers together.
    package static func recomputedLayers(of layers: Int, input: Int, all: Int, within bytes: Int) -> Int {
        guard layers * all > bytes, all > input else { return 0 }
        // The one that is computed again is held besides.
        return min(layers, (layers * all + all - bytes + (all - input) - 1) / (all - input))
    }
}
