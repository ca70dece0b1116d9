import Foundation

extension Safetensors {
    /// The bytes of a safetensors file that holds these tensors as F32, in the order of their names.
    ///
    /// Equal tensors and texts give equal bytes. The header is padded with spaces so that the numbers begin at a multiple of 8.
    /// - Parameters:
    ///   - tensors: by name.
    ///   - metadata: what the file is to say about itself.
    /// - Precondition: no tensor is named `__metadata__`, which the format keeps for itself.
    public static func encode(_ tensors: [String: Tensor], metadata: [String: String] = [:]) -> Data {
        let ordered = tensors.sorted { $0.key < $1.key }
        let entries = layout(ordered.map { ($0.key, TensorEntry(elementType: .float32, shape: $0.value.shape)) })
        var file = header(entries, metadata: metadata)
        for (_, tensor) in ordered { file.append(ElementType.float32.bytes(of: tensor)) }
        return file
    }

    /// Where tensors lie whose bytes follow each other.
    /// - Parameter tensors: names and what they are, in their order.
    package static func layout(_ tensors: [(name: String, entry: TensorEntry)]) -> [String: Entry] {
        var entries: [String: Entry] = [:], end = 0
        for (name, entry) in tensors {
            let start = end
            end += entry.elementType.byteCount * entry.shape.reduce(1, *)
            entries[name] = Entry(elementType: entry.elementType, shape: entry.shape, byteRange: start..<end)
        }
        return entries
    }

    /// What comes before the numbers: the length of the header, and the header.
    package static func header(_ entries: [String: Entry], metadata: [String: String] = [:]) -> Data {
        let reserved = SafetensorsListing.metadataName
        precondition(entries[reserved] == nil, "\"\(reserved)\" is no name for a tensor")
        var text = json(SafetensorsListing(entries, metadata: metadata))
        text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - text.count % 8) % 8))
        var header = Data()
        withUnsafeBytes(of: UInt64(text.count).littleEndian) { header.append(contentsOf: $0) }
        return header + text
    }

    /// The header's list of tensors as JSON: sorted by names, no white space.
    package static func listing(_ entries: [String: Entry]) -> Data { json(entries) }

    private static func json(_ value: some Encodable) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let text = try? encoder.encode(value) else {
            preconditionFailure("names, integers and a fixed set of types always have a JSON form")
        }
        return text
    }
}

extension ElementType {
    /// The bytes of a tensor's numbers in this type: those that it was read from, where it was read from this type.
    /// - Precondition: the type `isReadAsFloat`.
    package func bytes(of tensor: Tensor) -> Data {
        tensor.withUnsafePointer { numbers in
            switch self {
            case .float32: return Data(bytes: numbers, count: 4 * tensor.count)
            case .float16:
                return [UInt16](unsafeUninitializedCapacity: tensor.count) { to, count in
                    for i in 0..<tensor.count { to[i] = Float16(numbers[i]).bitPattern }
                    count = tensor.count
                }.withUnsafeBytes { Data($0) }
            case .bfloat16:
                return [UInt16](unsafeUninitializedCapacity: tensor.count) { to, count in
                    for i in 0..<tensor.count { to[i] = UInt16(numbers[i].bitPattern >> 16) }
                    count = tensor.count
                }.withUnsafeBytes { Data($0) }
            default: preconditionFailure("\(rawValue) is not read as Float")
            }
        }
    }
}
