import Foundation
import PackagePlugin

/// Writes where a build is from, its commit and its compiler, as code of the module Origin: again when a commit was made or a
/// source was changed. The file stays as it is where that says nothing new, so that nothing is compiled.
@main
struct FindOrigin: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let root = context.package.directoryURL, script = root.appending(path: "Scripts/origin")
        let code = context.pluginWorkDirectoryURL.appending(path: "Found.swift")
        let compiler = try context.tool(named: "swiftc").url
        let sources = context.package.sourceModules.flatMap { $0.sourceFiles.map(\.url) }
        return [
            .buildCommand(
                displayName: "Finding the commit", executable: URL(filePath: "/bin/sh"),
                arguments: [script.path, root.path, code.path, compiler.path],
                inputFiles: [script, compiler, root.appending(path: "Package.swift")] + commits(of: root) + sources,
                outputFiles: [code])
        ]
    }

    /// The files that git changes with each commit, where there are any.
    private func commits(of root: URL) -> [URL] {
        var git = root.appending(path: ".git")
        // Of a further working tree, or of a submodule: gitdir: PATH.
        if let text = try? String(contentsOf: git, encoding: .utf8), text.hasPrefix("gitdir: ") {
            git = URL(filePath: text.dropFirst(8).trimmingCharacters(in: .newlines), relativeTo: root)
        }
        return ["HEAD", "logs/HEAD"].map { git.appending(path: $0) }.filter { FileManager.default.fileExists(atPath: $0.path) }
    }
}
