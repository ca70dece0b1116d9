import Foundation

extension Safetensors {
    /// The bytes of a safetensors file that holds these tensors as F32, in the order of their names.
    ///
    /// Equal tensors give equal bytes. The header is padded with spaces so that the numbers begin at a multiple of 8.
    /// - Parameters:
    ///   - tensors: by name.
    ///   - metadata: what the file is to say about itself.
    /// - Precondition: no tensor is named `__metadata__`, which the format keeps for itself.
    public static func encode(_ tensors: [String: Tensor], metadata: [String: String] = [:]) -> Data {
        precondition(tensors[SafetensorsListing.metadataName] == nil, "\"\(SafetensorsListing.metadataName)\" is no name for a tensor")
        let ordered = tensors.sorted { $0.key < $1.key }
        var header: [String: Entry] = [:]
        var end = 0
        for (name, tensor) in ordered {
            let start = end
            end += 4 * tensor.count
            header[name] = Entry(elementType: .float32, shape: tensor.shape, byteRange: start..<end)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard var text = try? encoder.encode(SafetensorsListing(header, metadata: metadata)) else {
            preconditionFailure("names, integers and a fixed set of types always have a JSON form")
        }
        text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - text.count % 8) % 8))

        var file = Data(capacity: 8 + text.count + end)
        withUnsafeBytes(of: UInt64(text.count).littleEndian) { file.append(contentsOf: $0) }
        file.append(text)
        for (_, tensor) in ordered {
            tensor.withUnsafePointer { file.append(Data(bytes: $0, count: 4 * tensor.count)) }
        }
        return file
    }
}
