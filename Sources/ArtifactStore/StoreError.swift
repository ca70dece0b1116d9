import Datasets
import Foundation
import GRDB

/// Why the store cannot do what is asked of it. Every message says what, where, and what to do.
public enum StoreError: Error, Equatable, Sendable {
    /// A path that is none of a file.
    case badName(path: String, reason: String)
    case noStore(path: String)
    case notADatabase(path: String)
    case notAStore(path: String)
    case madeByNewerVersion(path: String, version: Int, known: Int)
    case cannotOpen(path: String, reason: String)
    case readOnly(path: String)
    case diskFull(path: String)
    case busy(path: String)
    case failed(path: String, reason: String)
    /// Something is to be taken out of a store that other processes are at work in.
    case inUse(path: String)

    /// No artifact with this key, or none of this kind.
    case noArtifact(ArtifactKey, ArtifactKind?)
    /// An input of an artifact to be written that is not in the store.
    case missingInput(role: String, key: ArtifactKey)
    /// No artifact goes by a name, or several do.
    case unknownName(String, kind: ArtifactKind?, nearest: String?)
    case ambiguousName(String, candidates: [String])
    /// What a name means has not been made yet: an instance that it means.
    case notMade(String, NamedInstance)
    case unknownEncoder(Digest)
    /// No pipeline that the store knows goes by a name.
    case unknownPipeline(String, known: [String])
    /// The file's structure is damaged; SQLite's words.
    case damaged(path: String, reason: String)
    /// A file that what is to be written would take the place of.
    case fileExists(path: String)
    /// A file that cannot be written.
    case cannotWrite(path: String, reason: String)
    /// Two stores hold different things under one name; what they are.
    case conflicts(path: String, [String])

    /// A feature vector that cannot be used; `image` is its path.
    case badVector(image: String, view: String, problem: VectorProblem)
    /// A feature vector that is not the one that the store has.
    case otherVector(image: String, view: String, encoder: String)
    /// A feature that is to get its norm is another now; `distance` is how far they are apart.
    case strayedVector(image: String, view: String, distance: Float)
    /// Features whose norms are not known; `first` is the path of the first, `imported` what they were imported as.
    case missingNorms(count: Int, view: String, first: String, imported: String?)
    /// Images without the embeddings that an artifact promises; `first` is the path of the first.
    case missingEmbeddings(count: Int, view: String, first: String)
    /// Block statistics that cannot be used; `image` is its path.
    case badStatistics(image: String, view: String)
    /// Images without the block statistics that an artifact promises; `first` is the path of the first.
    case missingStatistics(count: Int, view: String, first: String)
    /// Embeddings that were extracted without block statistics.
    case noStatistics(ArtifactKey)
    /// A view that an embeddings artifact does not have.
    case noView(String, available: [String])
    /// A query that is wrong, or would change the store.
    case badQuery(String)
    /// A number or label that must not enter the store, such as a NaN in a prompt.
    case badValue(String)

    /// What can be wrong with a feature vector.
    public enum VectorProblem: Hashable, Sendable {
        case notFinite
        case notUnitLength(Float)
        case wrongDimension(Int, expected: Int)
        case badNorm(Float)
    }
}

extension StoreError {
    /// Runs `body` and turns SQLite's errors into the store's.
    static func translating<Result>(at path: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw StoreError(error, path: path)
        } catch let error as RowDecodingError {
            let problem = "\(error)".prefix { $0 != "-" }.trimmingCharacters(in: .whitespaces)
            throw StoreError.badValue(
                "a value of the store “\(path)” is damaged (\(problem)); run spg store verify to see which one")
        }
    }

    init(_ error: DatabaseError, path: String) {
        switch error.resultCode {
        case .SQLITE_CORRUPT: self = .damaged(path: path, reason: error.message ?? "it is malformed")
        case .SQLITE_FULL: self = .diskFull(path: path)
        case .SQLITE_READONLY: self = .readOnly(path: path)
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy(path: path)
        case .SQLITE_NOTADB: self = .notADatabase(path: path)
        case .SQLITE_CANTOPEN: self = .cannotOpen(path: path, reason: error.message ?? "it cannot be opened")
        case .SQLITE_IOERR:
            let reason =
                (error.message ?? "a read or write failed") + ", and nothing of this write was stored; "
                + "the cause may be the disk, a quota or a file size limit: fix it and run the same command again"
            self = .failed(path: path, reason: reason)
        default: self = .failed(path: path, reason: error.message ?? "SQLite error \(error.resultCode.rawValue)")
        }
    }
}

extension StoreError: CustomStringConvertible, LocalizedError {
    public var description: String {
        switch self {
        case .badName(let path, let reason):
            "“\(path)” cannot be the name of a store: \(reason); give a file's path with --store, such as Cache/artifacts.sqlite"
        case .noStore(let path):
            "there is no store at “\(path)” yet; running a pipeline makes one, or give another path with --store"
        case .notADatabase(let path):
            "“\(path)” is not a SQLite database; move it away, or give another path with --store"
        case .notAStore(let path):
            "“\(path)” is a SQLite database of another program, and is left as it is; give another path with --store"
        case .madeByNewerVersion(let path, let version, let known):
            "the store “\(path)” was made by a newer version of this program (its format is \(version), this program "
                + "knows up to \(known)); update the program, or give another path with --store"
        case .cannotOpen(let path, let reason):
            "cannot open the store “\(path)”: \(reason); check that the folder exists and may be written to"
        case .readOnly(let path):
            "the store “\(path)” cannot be written to; check the permissions of the file and its folder"
        case .diskFull(let path):
            "the disk is full: the store “\(path)” could not grow, and nothing of this write was stored; "
                + "free some space and run the same command again"
        case .busy(let path):
            "another process has kept the store “\(path)” locked for a minute; wait for it or stop it, then try again"
        case .failed(let path, let reason):
            "the store “\(path)” failed: \(reason)"
        case .inUse(let path):
            "a run or a stage is at work in the store “\(path)”, and may need what would go; try again when it has ended"
        case .noArtifact(let key, let kind):
            "the store has no \(kind.map { "\($0.rawValue) artifact" } ?? "artifact") with the key \(key.short); "
                + "run the stage that makes it first"
        case .missingInput(let role, let key):
            "the input “\(role)” (\(key.short)) is not in the store; run the stage that makes it first"
        case .unknownName(let name, let kind, let nearest):
            "the store has no \(kind.map { "\($0.rawValue) artifact" } ?? "artifact") called “\(name)”"
                + (nearest.map { "; did you mean “\($0)”?" } ?? "; give at least 6 digits of a key, or a name")
        case .ambiguousName(let name, let candidates):
            "“\(name)” may mean any of these; give more digits of the key:\n" + candidates.joined(separator: "\n")
        case .notMade(let name, let instance):
            "“\(name)” has not been made yet: run \(instance.name.text) of the pipeline “\(instance.pipeline)” first"
        case .unknownEncoder(let key):
            "the store has no encoder \(key.short); record it before its embeddings"
        case .unknownPipeline(let name, let known):
            "the store knows no pipeline “\(name)”"
                + (nearest(to: name, among: known).map { "; did you mean “\($0)”?" }
                    ?? "; it knows \(known.isEmpty ? "none" : known.joined(separator: ", "))")
        case .damaged(let path, let reason):
            "the file of the store “\(path)” is damaged (\(reason)); put a backup in its place, or save what can be read with "
                + "sqlite3 \"\(path)\" .recover | sqlite3 recovered.sqlite, and run spg store verify on it"
        case .fileExists(let path):
            "“\(path)” is there already and is left as it is; give another name"
        case .cannotWrite(let path, let reason):
            "“\(path)” cannot be written: \(reason)"
        case .conflicts(let path, let conflicts):
            "nothing was merged: “\(path)” holds other contents under the same identity:\n"
                + conflicts.prefix(20).map { "  \($0)" }.joined(separator: "\n")
                + (conflicts.count > 20 ? "\n  and \(conflicts.count - 20) more" : "")
                + "\nKeep the stores apart (--store), or rerun in one of them what differs."
        case .badVector(let image, let view, let problem):
            "the features of “\(image)” (view \(view)) \(problem); check the checkpoint and the image"
        case .otherVector(let image, let view, let encoder):
            "the store has other features of “\(image)” (view \(view)) under the encoder's name “\(encoder)”; give these "
                + "another name"
        case .strayedVector(let image, let view, let distance):
            "the stored features of “\(image)” (view \(view)) differ by \(distance) from what the encoder computes "
                + "now. Rounding does not explain this, so their norm is unknown; extract the features again (--force) "
                + "and train again what was learned from them"
        case .missingNorms(let count, let view, let first, let imported):
            "\(count) feature\(count == 1 ? " has" : "s have") no norm, their length as CLIP puts them out (view \(view)), the "
                + "first being that of “\(first)”: "
                + (imported.map {
                    "they were imported as “\($0)” without; import them again with their norms (spg import features --help)"
                } ?? "they are older than norms; spg run fills them in, and so does spg-extract --norms")
        case .missingEmbeddings(let count, let view, let first):
            "\(count) image\(count == 1 ? " has" : "s have") no features for the view “\(view)”, the first being "
                + "“\(first)”; extract them again"
        case .badStatistics(let image, let view):
            "the block statistics of “\(image)” (view \(view)) are not finite in half precision, or not as many as the "
                + "encoder has; check the checkpoint and the image"
        case .missingStatistics(let count, let view, let first):
            "\(count) image\(count == 1 ? " has" : "s have") no block statistics for the view “\(view)”, the first being "
                + "“\(first)”; extract them again"
        case .noStatistics(let key):
            "the embeddings \(key.short) have no block statistics; extract them with statistics (statistics: true in a pipeline, "
                + "spg-extract --statistics)"
        case .noView(let view, let available):
            "these embeddings have no view “\(view)”; they have " + available.map { "“\($0)”" }.joined(separator: ", ")
        case .badQuery(let reason):
            "the query cannot be run: \(reason); Docs/store.md shows the views and their columns"
        case .badValue(let problem):
            problem
        }
    }

    public var errorDescription: String? { description }
}

extension StoreError.VectorProblem: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notFinite: "hold a number that is not finite"
        case .notUnitLength(let length): "have length \(length), not 1"
        case .wrongDimension(let count, let expected): "are \(count) numbers, not \(expected)"
        case .badNorm(let norm): "have the norm \(norm), which is not a length"
        }
    }
}
