import ArtifactStore
import CLIP
import Datasets
import Foundation
import Imaging
import Tensors

/// The image encoder of a checkpoint as PyTorch runs it: Scripts/encode-with-torch, as a process.
struct TorchEncoder {
    let checkpoint: Checkpoint
    let identity: EncoderIdentity
    let precision: Precision
    /// What is encoded of each image, the center first.
    let views: [String]
    let store: ArtifactStore
    /// Where shards lie until they are in the store: what is stopped goes on from there.
    let shards: URL

    /// - Parameter artifact: what the features are for. Shards are kept beside the store by its key.
    init(
        _ checkpoint: Checkpoint, is identity: EncoderIdentity, precision: Precision, views: [String],
        for artifact: ArtifactKey, store: ArtifactStore
    ) {
        (self.checkpoint, self.identity, self.precision) = (checkpoint, identity, precision)
        (self.views, self.store) = (views, store)
        shards = URL(filePath: "\(store.path).torch").appending(path: artifact.short)
    }

    /// Encodes images that lack views, and inserts their features when all of them are encoded.
    /// - Parameters:
    ///   - replacing: whether features that are there are replaced.
    ///   - canSkip: whether an image that cannot be read is left out. If not, it ends this; what it is was said by the script.
    /// - Throws: `StageInputError` where the script cannot be run, or has failed; `StoreError`.
    func encode(
        _ missing: [(image: LabelledImage, views: [String])], replacing: Bool, skipping canSkip: (LabelledImage) -> Bool
    ) throws -> ImageModel.Encoded {
        var encoded = ImageModel.Encoded()
        guard !missing.isEmpty else { return encoded }
        if replacing { try? FileManager.default.removeItem(at: shards) }
        let unread = try runScript(on: missing.map(\.image))
        var wanted = Dictionary(missing.map { ($0.image.digest, $0.views) }) { first, _ in first }
        if let made = try FeatureShards(ifIn: shards) {
            try made.check(checkpoint, weights: identity.parameters["weights"])
            for shard in made.shards {
                let (vectors, norms) = try shard.read(dimension: identity.dimension)
                var rows: [ImageView] = [], places: [Int] = []
                for (row, digest) in shard.images.enumerated() {
                    for view in wanted.removeValue(forKey: digest) ?? [] {
                        guard let place = views.firstIndex(of: view) else { continue }
                        rows.append(ImageView(image: digest, view: view))
                        places.append(row * shard.views + place)
                    }
                }
                guard !rows.isEmpty else { continue }
                encoded.normed += try store.insert(
                    vectors.gatheringRows(places), norms: places.map { norms[$0] }, nil, for: rows, encoder: identity.key,
                    within: precision.featureTolerance, replacing: replacing)
            }
        }
        for (image, _) in missing where wanted[image.digest] != nil {
            guard let error = unread[image.path.text] else {
                throw StageInputError("Scripts/encode-with-torch has left out \(image.path), without a reason")
            }
            if error.reason == .changed { try store.forgetDigests(ofFiles: [image.path.text]) }
            guard error.reason != .changed, canSkip(image) else { throw error }
            encoded.failures.append((image, error))
        }
        try? FileManager.default.removeItem(at: shards)
        // The folder of several such, where it is empty now.
        rmdir(shards.deletingLastPathComponent().path)
        return encoded
    }

    /// Runs the script on some images. What it writes goes to standard error.
    /// - Returns: why images could not be read, by their paths.
    private func runScript(on images: [LabelledImage]) throws -> [String: ImageError] {
        let folder = try WorkFolder()
        defer { folder.remove() }
        let table = folder.outputs.appending(path: "images.csv"), unread = folder.outputs.appending(path: "unread.csv")
        let lines = images.map { CommaSeparated.line([$0.path.text, $0.digest.description]) }
        try Data((CommaSeparated.line(["path", "sha256"]) + lines.joined()).utf8).write(to: table)
        let python = ProcessInfo.processInfo.environment["PYTHON"].flatMap { $0.isEmpty ? nil : $0 } ?? "python3"
        // Without leaving what Python has compiled beside the script.
        let words = [
            python, "-B", try Self.script().path, "--data", "/", "--images", table.path,
            "--checkpoint", checkpoint.weightsURL.path, "--views", "\(views.count - 1)",
            "--preprocessing", identity.order.rawValue, "--precision", precision.rawValue,
            "--output", shards.path, "--unread", unread.path,
        ]
        let shell = Shell(folder)
        let status = try Interruption.handled(by: { shell.interrupt($0) }) {
            try shell.run(words.map(Self.quoted).joined(separator: " "))
        }
        // Written last: all images that are not in it are encoded.
        guard status == .exited(0) || status == .exited(65), let text = try? TextFile.text(of: unread.path) else {
            throw StageInputError("Scripts/encode-with-torch \(status), for the reason above (python: \(python))")
        }
        let errors = try CommaSeparated(text, source: unread.path).rows.map { row in
            let reason = row[1] == "changed" ? ImageError.Reason.changed : .unreadable(row[2])
            return (row[0], ImageError(reason, file: URL(filePath: row[0])))
        }
        return Dictionary(errors) { first, _ in first }
    }

    /// A word as the shell takes it. Scalar by scalar: an accent after a quote makes one character of both.
    private static func quoted(_ word: String) -> String {
        "'" + word.unicodeScalars.map { $0 == "'" ? #"'\''"# : String($0) }.joined() + "'"
    }

    /// The script: in `Scripts` of the current folder, of the program's, or of one above that.
    private static func script() throws -> URL {
        let program = (Bundle.main.executableURL ?? URL(filePath: CommandLine.arguments[0])).resolvingSymlinksInPath()
        let above = sequence(first: program.deletingLastPathComponent()) {
            $0.path == "/" ? nil : $0.deletingLastPathComponent()
        }
        let folders = [URL(filePath: FileManager.default.currentDirectoryPath)] + above
        let scripts = folders.map { $0.appending(path: "Scripts/encode-with-torch") }
        guard let script = scripts.first(where: { FileManager.default.fileExists(atPath: $0.path) }) else {
            throw StageInputError("there is no Scripts/encode-with-torch here, nor beside or above \(program.path)")
        }
        return script
    }
}
