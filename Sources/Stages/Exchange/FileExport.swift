import ArtifactStore
import Foundation

extension ArtifactStore {
    /// Writes the files of a `files` artifact into a folder, which is made where there is none.
    /// - Returns: the files written.
    /// - Throws: `StoreError.fileExists` where one of them is there, or `.cannotWrite`, and nothing is written.
    public func exportFiles(_ key: ArtifactKey, to folder: URL) throws -> [URL] {
        let files = try files(key).map { (url: folder.appendingPathComponent($0.fileName), data: $0.content) }
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw StoreError.cannotWrite(path: folder.path, reason: error.localizedDescription)
        }
        try NewFiles.write(files)
        return files.map(\.url)
    }
}
