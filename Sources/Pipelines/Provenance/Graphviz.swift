import Foundation

/// What goes wrong when Graphviz is to draw a graph.
public struct GraphvizError: Error, Hashable, CustomStringConvertible {
    public let description: String
}

extension PlanGraph {
    /// The graph as an SVG picture, drawn by Graphviz's `dot`.
    /// - Parameter path: the folders to look for `dot` in, separated by colons.
    /// - Throws: `GraphvizError` where there is none, or it fails.
    public func svg(path: String = ProcessInfo.processInfo.environment["PATH"] ?? "") throws -> String {
        let programs = path.split(separator: ":").map { "\($0)/dot" }
        guard let program = programs.first(where: FileManager.default.isExecutableFile) else {
            throw GraphvizError(
                description: "Graphviz's program “dot” is not in any folder of PATH: install it (on Debian: apt-get install "
                    + "graphviz), or take --format mermaid or --format dot")
        }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("spg-\(UUID().uuidString).dot")
        try Data(dot.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        var errors: [String] = []
        let outcome = try ChildProcess(executable: program, arguments: ["-Tsvg", file.path]).wait { errors.append($0) }
        guard outcome.ending == .exited(status: 0) else {
            let message = errors.joined(separator: "\n")
            throw GraphvizError(description: "\(program) failed: \(outcome.ending)" + (message.isEmpty ? "" : "\n\(message)"))
        }
        return outcome.output
    }
}
