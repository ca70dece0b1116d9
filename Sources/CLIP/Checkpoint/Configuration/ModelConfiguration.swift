import Foundation
import Imaging

/// What configuration files beside a model's weights say of it: what shapes do not tell, and claims to check against
/// them.
struct ModelConfiguration: Sendable {
    /// The name of the file that says which activation the model has, and how wide its heads are.
    let modelFile: String
    var conventions = ModelConventions()
    /// Mean and deviation of the pixels' channels; nil where they are OpenAI's.
    var mean: SIMD3<Double>?
    var standardDeviation: SIMD3<Double>?
    /// The files that were read, by name.
    var files: [String] = []
    var claims: [Claim] = []

    init(modelFile: String) {
        self.modelFile = modelFile
    }

    /// Whether the model is taken for one of OpenAI's, since no file says what it is.
    var isAssumed: Bool { !files.contains(modelFile) }

    /// A figure that the weights' shapes tell too.
    struct Claim: Sendable {
        let file: URL
        let key: String
        let value: Int
        let figure: KeyPath<Architecture, Int> & Sendable
    }

    /// - Throws: where a claim and the weights differ, since the file then belongs to another model.
    func check(against architecture: Architecture) throws(CheckpointError) {
        for claim in claims {
            let found = architecture[keyPath: claim.figure]
            // Where weights are missing, that is what will be reported.
            guard found == 0 || found == claim.value else {
                throw .configuration(
                    path: claim.file.path,
                    reason: "\(claim.key) is \(claim.value), and the weights have \(found): the two belong to "
                        + "different models")
            }
        }
    }

    mutating func claim(_ key: String, _ value: Int?, _ figure: KeyPath<Architecture, Int> & Sendable, in file: URL) {
        if let value { claims.append(Claim(file: file, key: key, value: value, figure: figure)) }
    }

    /// Takes over the channels' statistics that a file gives.
    mutating func setNormalization(mean: [Double]?, deviation: [Double]?, in file: URL) throws(CheckpointError) {
        let preprocessing = CLIPPreprocessing(resolution: 1)
        if let mean = try Self.channels(mean, "mean", in: file), mean != preprocessing.mean { self.mean = mean }
        if let deviation = try Self.channels(deviation, "standard deviation", in: file) {
            guard deviation.min() > 0 else {
                throw .configuration(
                    path: file.path, reason: "a standard deviation of \(deviation.min()) divides by nothing")
            }
            if deviation != preprocessing.standardDeviation { standardDeviation = deviation }
        }
    }

    private static func channels(
        _ values: [Double]?, _ name: String, in file: URL
    ) throws(CheckpointError) -> SIMD3<Double>? {
        guard let values else { return nil }
        guard values.count == 3, values.allSatisfy({ $0.isFinite && abs($0) < 1e6 }) else {
            throw .configuration(path: file.path, reason: "the \(name) \(values) is not that of three channels")
        }
        return SIMD3(values[0], values[1], values[2])
    }

    /// - Throws: where a setting has another value than the only one that this library works by.
    static func require<Value: Equatable>(
        _ key: String, _ value: Value?, _ expected: Value, in file: URL
    ) throws(CheckpointError) {
        guard let value, value != expected else { return }
        throw .configuration(path: file.path, reason: "\(key) is \(value); only \(expected) is supported")
    }

    /// The width of a head.
    static func headWidth(
        _ key: String, width: Int, heads: Int, in file: URL
    ) throws(CheckpointError) -> Int {
        guard heads > 0, width > 0, width.isMultiple(of: heads) else {
            throw .configuration(
                path: file.path, reason: "\(key) is \(heads), which does not divide a width of \(width)")
        }
        return width / heads
    }
}

extension Decodable {
    /// A JSON file's value, or nil where there is no such file.
    static func read(from url: URL) throws(CheckpointError) -> Self? {
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        do {
            let data = try mappedJSON(url).data
            return try JSONDecoder().decode(Self.self, from: data)
        } catch let error as DecodingError {
            throw .configuration(path: url.path, reason: error.explanation)
        } catch {
            throw .configuration(path: url.path, reason: "\(error)")
        }
    }
}
