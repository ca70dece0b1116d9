import Foundation
import Tensors
import Testing

@Suite("Safetensors") struct SafetensorsTests {
    private let tensors: [String: Tensor] = [
        "b": Tensor([2, 3], [1, -2, 3.5, 0, .infinity, -0.0]), "a/\"ü": Tensor(7), "empty": Tensor([0, 4]),
    ]

    /// A file with the given header text, followed by some bytes.
    private func file(_ header: String, _ numbers: [UInt8] = []) -> Data {
        withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) } + Data(header.utf8) + Data(numbers)
    }

    private func problem(_ data: Data) -> TensorFileError.Problem? {
        do throws(TensorFileError) {
            _ = try Safetensors(decoding: data, source: "test")
            return nil
        } catch {
            return error.problem
        }
    }

    @Test func roundTrip() throws {
        let data = Safetensors.encode(tensors)
        let file = try Safetensors(decoding: data, source: "test")
        #expect(Set(file.entries.keys) == Set(tensors.keys))
        for (name, tensor) in tensors { #expect(try file.tensor(named: name) == tensor) }
        #expect(Safetensors.encode(tensors) == data)
        // A slice of other bytes, whose indices do not begin at 0.
        let sliced = (Data([1, 2, 3]) + data).dropFirst(3)
        #expect(try Safetensors(decoding: sliced, source: "test").tensor(named: "b") == tensors["b"])
        #expect(Safetensors.encode([:]).count % 8 == 0)
        // From a file, again and again.
        let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).safetensors")
        defer { try? FileManager.default.removeItem(at: url) }
        try data.write(to: url)
        let mapped = try Safetensors(contentsOf: url)
        for _ in 0..<2 { for (name, tensor) in tensors { #expect(try mapped.tensor(named: name) == tensor) } }
        #expect(try Safetensors(decoding: Safetensors.encode([:]), source: "test").entries.isEmpty)
    }

    @Test("What a file says about itself comes back; one that says nothing has no word of it")
    func metadata() throws {
        let tensors = ["a": Tensor([1], [2])], metadata = ["epochs": "50", "é": "“quoted”\n"]
        let file = try Safetensors(decoding: Safetensors.encode(tensors, metadata: metadata), source: "test")
        #expect(try file.metadata == metadata && file.names == ["a"] && file.tensor(named: "a").values == [2])
        let plain = Safetensors.encode(tensors)
        #expect(try Safetensors(decoding: plain, source: "test").metadata.isEmpty)
        #expect(!String(decoding: plain, as: UTF8.self).contains("__metadata__"))
    }

    @Test func fileOnDisk() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).safetensors")
        #expect(throws: TensorFileError.self) { try Safetensors(contentsOf: url) }
        defer { try? FileManager.default.removeItem(at: url) }
        try Safetensors.encode(tensors).write(to: url)
        let file = try Safetensors(contentsOf: url)
        #expect(try file.tensor(named: "b") == tensors["b"])
        #expect(throws: TensorFileError(source: url.path, format: "safetensors", problem: .missing("c"))) {
            try file.tensor(named: "c")
        }
    }

    @Test("A file that is truncated after it was opened is an error, and not the end of the process")
    func truncatedMeanwhile() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).safetensors")
        defer { try? FileManager.default.removeItem(at: url) }
        // Larger than a piece that is read, of which the last is short.
        let large = Tensor([700, 777], (0..<700 * 777).map(Float.init))
        try Safetensors.encode(["large": large, "small": Tensor([2], [1, 2])]).write(to: url)
        let file = try Safetensors(contentsOf: url)
        #expect(try file.tensor(named: "large") == large)
        #expect(file.files[0].isUnchanged)
        try FileHandle(forWritingTo: url).truncate(atOffset: 4096)
        let problem = TensorFileError.Problem.unreadable("it has become shorter since it was opened")
        #expect(throws: TensorFileError(source: url.path, format: "safetensors", problem: problem)) {
            try file.tensor(named: "large")
        }
        #expect(!file.files[0].isUnchanged)
    }

    @Test func halfPrecision() throws {
        // 1, -2, the smallest subnormal and infinity as F16; 1, -2, 2^-126 and 3.140625 as BF16, at an odd address.
        let header = """
            {"__metadata__":{"made":"by hand"},"h":{"dtype":"F16","shape":[4],"data_offsets":[1,9]},\
            "o":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},\
            "b":{"dtype":"BF16","shape":[2,2],"data_offsets":[9,17]}}
            """
        let file = try Safetensors(
            decoding: file(header, [9, 0, 0x3c, 0, 0xc0, 1, 0, 0, 0x7c, 0x80, 0x3f, 0, 0xc0, 0x80, 0, 0x49, 0x40]),
            source: "test")
        #expect(try file.tensor(named: "h") == Tensor([4], [1, -2, 0x1p-24, .infinity]))
        #expect(try file.tensor(named: "b") == Tensor([2, 2], [1, -2, 0x1p-126, 3.140625]))
        #expect(throws: TensorFileError(source: "test", format: "safetensors", problem: .notFloatingPoint("o", .uint8))) {
            try file.tensor(named: "o")
        }
    }

    @Test("A file cut off anywhere is refused") func truncation() throws {
        let data = Safetensors.encode(tensors)
        for length in 0..<data.count {
            guard case .truncated = problem(data.prefix(length)) else {
                Issue.record("\(length) bytes of \(data.count): \(String(describing: problem(data.prefix(length))))")
                continue
            }
        }
        guard case .malformed = problem(data + [0]) else {
            Issue.record("a byte too many was accepted")
            return
        }
    }

    @Test(
        "A header that lies is refused",
        arguments: [
            #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,  // fewer bytes than the shape asks for
            #"{"a":{"dtype":"F32","shape":[1,-1],"data_offsets":[0,8]}}"#,
            #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#,  // overflows to 0
            #"{"a":{"dtype":"F32","shape":[4611686018427387904,4,0],"data_offsets":[0,0]}}"#,
            #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#,
            #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}"#,
            #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}"#,
            #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8.5]}}"#,
            #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,99999999999999999999]}}"#,
            #"{"a":{"dtype":"F99","shape":[2],"data_offsets":[0,8]}}"#,
            #"{"a":{"shape":[2],"data_offsets":[0,8]}}"#,
            #"{"a":{"dtype":"F32","shape":"2","data_offsets":[0,8]}}"#,
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,  // a gap before
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,  // bytes after
            #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
            #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"__metadata__":{"n":1}}"#,
            #"{"a":7}"#, "[]", "{", "", "null", "  {}", #"{"a":"#,
        ])
    func malformed(_ header: String) {
        guard case .malformed = problem(file(header, Array(repeating: 0, count: 8))) else {
            Issue.record("\(header): \(String(describing: problem(file(header, Array(repeating: 0, count: 8)))))")
            return
        }
    }

    @Test func overlapNamesBoth() {
        let header = """
            {"a":{"dtype":"U8","shape":[6],"data_offsets":[0,6]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}
            """
        #expect(problem(file(header, Array(repeating: 0, count: 8))) == .malformed("tensors \"a\" and \"b\" overlap"))
    }

    @Test func lengthsThatLie() {
        for length in [UInt64.max, 1 << 63, 100_000_001] {
            let data = withUnsafeBytes(of: length.littleEndian) { Data($0) } + Data("{}".utf8)
            guard case .malformed = problem(data) else {
                Issue.record("a header of \(length) bytes was accepted")
                continue
            }
        }
    }

    @Test("A list of more tensors than any model has is refused before it is read") func tooMany() {
        let entries = (0..<70_000).map { number in #""\#(number)":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}"# }
        #expect(
            problem(file("{\(entries.joined(separator: ","))}", []))
                == .refused(
                    "it has more than 65536 tensors, which no model has"))
    }

    @Test("No change of one byte of the header crashes or changes a shape unseen") func mutations() throws {
        let data = Safetensors.encode(["ab": Tensor([2, 3], [1, 2, 3, 4, 5, 6]), "c": Tensor([1], [7])])
        let headerEnd = data.count - 28
        for place in 0..<headerEnd {
            for bit in 0..<8 {
                var changed = data
                changed[place] ^= 1 << bit
                guard let file = try? Safetensors(decoding: changed, source: "test") else { continue }
                for (name, entry) in file.entries {
                    #expect(entry.shape.reduce(entry.elementType.byteCount, *) == entry.byteRange.count)
                    if let tensor = try? file.tensor(named: name) { #expect(tensor.shape == entry.shape) }
                }
            }
        }
    }
}
