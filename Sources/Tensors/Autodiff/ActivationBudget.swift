import Foundation
import Synchronization

/// How much memory this process may take for what a backward pass needs of the forward pass.
///
/// What does not fit is computed a second time, in the backward pass: results are the same, in all bits.
public enum ActivationBudget {
    private static let configured = Atomic(0)

    /// A quarter of the machine's memory if it was not set.
    public static var bytes: Int {
        get {
            let bytes = configured.load(ordering: .relaxed)
            return bytes > 0 ? bytes : Int(clamping: ProcessInfo.processInfo.physicalMemory / 4)
        }
        set { configured.store(max(1, newValue), ordering: .relaxed) }
    }
}
