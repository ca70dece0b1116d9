import COpenBLAS
import Foundation

/// What timings were taken on.
public struct Machine: Codable, Sendable {
    public var processor: String
    public var cores: Int
    public var system: String
    public var swift: String
    public var blas: String

    /// This machine.
    static var current: Machine {
        let information = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let model = information.split(separator: "\n").first { $0.hasPrefix("model name") }
        let processor = model?.split(separator: ":").last?.trimmingCharacters(in: .whitespaces)
        return Machine(
            processor: processor ?? "unknown processor", cores: ProcessInfo.processInfo.activeProcessorCount,
            system: ProcessInfo.processInfo.operatingSystemVersionString, swift: compiler,
            blas: "\(String(cString: openblas_get_config())), kernels for \(String(cString: openblas_get_corename()))")
    }

    private static var compiler: String {
        #if swift(>=6.3)
            "6.3 or later"
        #elseif swift(>=6.2)
            "6.2"
        #else
            "6.1"
        #endif
    }
}
