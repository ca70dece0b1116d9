import Foundation

/// The Python that tests run scripts with: `SPG_PYTHON`, or python3.
enum Python {
    static let program = ProcessInfo.processInfo.environment["SPG_PYTHON"] ?? "python3"
    /// The repository's folder.
    static let repository = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardizedFileURL

    /// Whether it has modules, such as "torch, PIL".
    static func has(_ modules: String) -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", "'\(program)' -c 'import \(modules)' 2>/dev/null"]
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    /// Starts a script.
    /// - Parameters:
    ///   - script: its path in the repository.
    ///   - folder: its current folder.
    static func start(_ script: String, _ arguments: [String], in folder: URL) throws -> Program {
        // Nothing that was compiled is left among the scripts.
        let words = [program, "-B", repository.appending(path: script).path] + arguments
        return try Program("spg", [], in: folder, shell: "exec \(words.map { "'\($0)'" }.joined(separator: " "));")
    }
}
