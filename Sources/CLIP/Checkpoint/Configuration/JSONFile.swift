import Foundation
import Tensors

/// The largest configuration that is read: an index of shards has a line for each tensor.
private let largestJSON = 1 << 24

/// A JSON file that is no larger than configurations are.
func mappedJSON(_ url: URL) throws(TensorFileError) -> FileBytes {
    let file = try FileBytes(mapping: url, format: "JSON")
    guard file.data.count <= largestJSON else {
        throw TensorFileError(
            source: url.path, format: "JSON",
            problem: .refused("it has \(file.data.count) bytes; up to \(largestJSON) are read"))
    }
    return file
}

extension DecodingError {
    /// What is wrong, and where in the file.
    var explanation: String {
        switch self {
        case .keyNotFound(let key, let context):
            "\(Self.path(context)) has no \"\(key.stringValue)\""
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            "\(Self.path(context)): \(context.debugDescription)"
        @unknown default:
            "\(self)"
        }
    }

    private static func path(_ context: Context) -> String {
        let path = context.codingPath.map(\.stringValue)
        return path.isEmpty ? "the file" : "\"" + path.joined(separator: "/") + "\""
    }
}
