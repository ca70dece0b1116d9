import COpenBLAS
import Foundation
import Tensors

/// What timings were taken on.
public struct Machine: Codable, Sendable {
    public var processor: String
    public var cores: Int
    public var system: String
    public var swift: String
    public var blas: String
    /// How many threads wanted to run in the minute before: what else the machine was doing, where it is not near 0.
    public var load: Double?

    /// This machine, now.
    public static var current: Machine {
        Machine(
            processor: Processor.name, cores: ProcessInfo.processInfo.activeProcessorCount,
            system: ProcessInfo.processInfo.operatingSystemVersionString, swift: compiler,
            blas: openBLAS, load: load)
    }

    /// Its version, and the processor whose kernels it has chosen.
    private static var openBLAS: String {
        let version = String(cString: openblas_get_config()).split(separator: " ").prefix(2).joined(separator: " ")
        return "\(version) with its kernels for \(String(cString: openblas_get_corename()))"
    }

    private static var load: Double? {
        var load = 0.0
        return getloadavg(&load, 1) == 1 ? load : nil
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
