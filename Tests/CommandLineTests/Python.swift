import Foundation
import Synchronization
import Testing

/// The Python that tests run scripts with: `SPG_PYTHON`, or python3.
enum Python {
    static let program = ProcessInfo.processInfo.environment["SPG_PYTHON"] ?? "python3"
    /// The repository's folder.
    static let repository = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardizedFileURL

    /// Whether it has modules, such as "torch, PIL".
    static func has(_ modules: String) -> Bool {
        found.withLock { found in
            if let known = found[modules] { return known }
            let process = Process()
            process.executableURL = URL(filePath: "/bin/sh")
            process.arguments = ["-c", "'\(program)' -c 'import \(modules)' 2>/dev/null"]
            guard (try? process.run()) != nil else { return false }
            process.waitUntilExit()
            found[modules] = process.terminationStatus == 0
            return process.terminationStatus == 0
        }
    }

    /// What was asked for so far: to import some takes seconds.
    private static let found = Mutex<[String: Bool]>([:])

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

extension Trait where Self == ConditionTrait {
    /// The test is skipped where Python lacks one of some modules, such as "torch, PIL".
    static func python(has modules: String) -> Self {
        .enabled(if: Python.has(modules), "Python has not all of: \(modules)")
    }

    /// The same of what Scripts/encode-with-torch needs for a checkpoint with Hugging Face's names.
    static var pythonEncodes: Self { .python(has: "torch, numpy, safetensors, PIL, transformers") }
}
