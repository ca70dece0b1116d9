import Foundation

extension Processor {
    /// What the system calls this machine's processor.
    public static var name: String {
        let information = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let model = information.split(separator: "\n").first { $0.hasPrefix("model name") }
        return model?.split(separator: ":").last?.trimmingCharacters(in: .whitespaces) ?? "unknown processor"
    }
}
