import Datasets
@preconcurrency import Glibc

/// Names of files on standard input, read as they come.
struct NamesOnStandardInput {
    /// A name whose bytes are no text.
    struct Nameless: Error, CustomStringConvertible {
        let description: String
    }

    private let end: UInt8

    /// - Parameter end: the byte that ends each name.
    init(endingWith end: UInt8) { self.end = end }

    /// Calls `body` with each name but empty ones.
    func forEach(_ body: (Result<String, Nameless>) throws -> Void) throws {
        var memory: UnsafeMutablePointer<CChar>?, size = 0
        defer { free(memory) }
        while true {
            var count = getdelim(&memory, &size, Int32(end), stdin)
            guard count > 0, let memory else { return }
            if UInt8(bitPattern: memory[count - 1]) == end { count -= 1 }
            guard count > 0 else { continue }
            let bytes = UnsafeRawBufferPointer(start: memory, count: count)
            guard let name = String(validating: bytes, as: UTF8.self) else {
                try body(.failure(Nameless(description: Name.escaped(bytes))))
                continue
            }
            try body(.success(name))
        }
    }
}
