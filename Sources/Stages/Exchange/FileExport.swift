import ArtifactStore
import Foundation

extension ArtifactStore {
    /// Writes the files of a `files` artifact into a folder, which is made where there is none.
    /// - Returns: the files written.
    /// - Throws: `StoreError.fileExists` where one of them is there, and nothing is written; `CocoaError`.
    public func exportFiles(_ key: ArtifactKey, to folder: URL) throws -> [URL] {
        let files = try files(key).map { (url: folder.appendingPathComponent($0.fileName), content: $0.content) }
        for file in files where FileManager.default.fileExists(atPath: file.url.path) {
            throw StoreError.fileExists(path: file.url.path)
        }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for file in files { try file.content.write(to: file.url, options: .atomic) }
        return files.map(\.url)
    }
}
