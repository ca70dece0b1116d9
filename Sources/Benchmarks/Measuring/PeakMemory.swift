import CProcess
import Foundation
import Tensors

/// The most memory that a process has held, as Linux counts what lies in the machine's own memory.
struct PeakMemory {
    private let folder: String

    init(of process: Int32) { folder = "/proc/\(process)" }

    /// This process's.
    static var own: PeakMemory { PeakMemory(of: getpid()) }

    /// Counts from what is held now. Memory that was freed goes back first, where it is this process's.
    func reset() {
        if folder == "/proc/\(getpid())" {
            TensorMemory.release()
            malloc_trim(0)
        }
        // 5 stands for the peak, see proc(5).
        try? Data("5".utf8).write(to: URL(fileURLWithPath: folder + "/clear_refs"))
    }

    /// Since then; nil where it is not told.
    var bytes: Int? {
        guard let status = try? String(contentsOfFile: folder + "/status", encoding: .utf8) else { return nil }
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line.flatMap { Int($0.filter(\.isNumber)) }.map { 1024 * $0 }
    }
}
