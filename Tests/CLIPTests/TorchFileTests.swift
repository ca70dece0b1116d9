import CLIP
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Files of PyTorch's") struct TorchFileTests {
    @Test("Types and views of storages") func tensors() throws {
        let file = try TorchFile(contentsOf: Checkpoints.folder.appending(path: "tensors.pt"))
        let base = Tensor([4, 6], (0..<24).map { Float($0) / 4 })
        #expect(file.format == "torch.save")
        for name in ["half", "bfloat16", "float", "parameter", "list.0"] {
            #expect(try file.tensor(named: name) == base)
        }
        #expect(try file.tensor(named: "transposed") == base.transposed())
        #expect(try file.tensor(named: "part") == Tensor([2, 3], [2, 2.25, 2.5, 3.5, 3.75, 4]))
        #expect(try file.tensor(named: "column") == Tensor([4], [0.25, 1.75, 3.25, 4.75]))
        #expect(try file.tensor(named: "scalar") == Tensor(2.5))
        #expect(try file.tensor(named: "empty") == Tensor([0, 3]))
        #expect(try file.tensor(named: "list.1.inner") == Tensor([6], (0..<6).map { Float($0) / 4 }))
        #expect(file.entry(named: "long") == TensorEntry(elementType: .int64, shape: [3]))
        for (name, type) in [("double", ElementType.float64), ("long", .int64)] {
            let refused = TensorFileError(
                source: file.source, format: "PyTorch", problem: .notFloatingPoint(name, type))
            #expect(throws: refused) { try file.tensor(named: name) }
        }
        #expect(throws: TensorFileError.self) { try file.tensor(named: "nothing") }
        #expect(throws: TensorFileError.self) { try file.loneTensor() }
    }

    @Test("A file that is truncated after it was opened is an error") func truncatedMeanwhile() throws {
        let folder = try TemporaryFolder(), url = folder.url.appending(path: "tensors.pt")
        try Checkpoints.data("tensors.pt").write(to: url)
        let file = try TorchFile(contentsOf: url)
        try FileHandle(forWritingTo: url).truncate(atOffset: 64)
        for name in ["half", "float", "transposed"] {
            #expect(throws: TensorFileError.self) { try file.tensor(named: name) }
        }
    }

    @Test("A learned prompt: part of a larger storage, from a GPU") func loneTensor() throws {
        let file = try TorchFile(contentsOf: Checkpoints.folder.appending(path: "prompt.pt"))
        #expect(try file.loneTensor() == Tensor([4, 16], (16..<80).map { Float($0) / 64 }))
    }

    @Test("A file cut off anywhere is refused", arguments: ["prompt.pt", "tensors.pt"])
    func truncation(_ name: String) throws {
        let data = try Checkpoints.data(name)
        for length in 0..<data.count {
            #expect(throws: TensorFileError.self) { try TorchFile(decoding: data.prefix(length), source: name) }
        }
    }

    @Test("No change of one byte crashes") func mutations() throws {
        let data = try Checkpoints.data("prompt.pt")
        for place in data.indices {
            for mask in [UInt8(1), 0x80, 0xff] {
                var changed = data
                changed[place] ^= mask
                guard let file = try? TorchFile(decoding: changed, source: "changed") else { continue }
                for name in file.names {
                    guard let tensor = try? file.tensor(named: name) else { continue }
                    #expect(tensor.shape == file.entry(named: name)?.shape)
                }
            }
        }
    }

    /// What is said of an archive.
    private func refusal(_ archive: TorchArchive) -> String? {
        do {
            _ = try TorchFile(decoding: archive.data, source: "test")
            return nil
        } catch {
            return error.description
        }
    }

    @Test func archiveByHand() throws {
        let pickle = Pickle.program(Pickle.tensor(of: 6, [2, 3], strides: [3, 1]))
        let file = try TorchFile(decoding: TorchArchive(pickle: pickle).data, source: "test")
        #expect(try file.loneTensor() == Tensor([2, 3]))
    }

    @Test("Sizes and places of 64 bits") func wideArchive() throws {
        var archive = TorchArchive(pickle: Pickle.program(Pickle.tensor(of: 6, [6], strides: [1])))
        for index in archive.members.indices { archive.members[index].isWide = true }
        #expect(try TorchFile(decoding: archive.data, source: "test").loneTensor() == Tensor([6]))
        archive.members[1].claimedSize = .max
        #expect(refusal(archive)?.contains("does not fit in the file") == true)
    }

    @Test("A bit that turned over in the numbers is told; one whose archive keeps no checksums cannot be")
    func damage() throws {
        let sound = try Checkpoints.data("prompt.pt"), prompt = try TorchFile(decoding: sound, source: "test").loneTensor()
        let halves = prompt.values.prefix(32).map { Float16($0).bitPattern }
        let first = try #require(sound.range(of: halves.withUnsafeBytes { Data($0) }))
        var damaged = sound
        damaged[first.lowerBound + 5] ^= 1
        let file = try TorchFile(decoding: damaged, source: "test")
        let error = #expect(throws: TensorFileError.self) { try file.loneTensor() }
        #expect(error?.description.contains("is damaged, since its checksum is not the one that was written") == true)
        // It stays so, and a sound storage is read again and again.
        #expect(throws: TensorFileError.self) { try file.loneTensor() }
        var bare = TorchArchive(pickle: Pickle.program(Pickle.tensor(of: 6, [6], strides: [1])))
        bare.members[1].content[3] = 0x40
        #expect(try TorchFile(decoding: bare.data, source: "test").loneTensor().values.first == 2)
    }

    @Test("Inputs that fuzzing came up with are read or refused") func found() throws {
        let folder = Checkpoints.folder.appending(path: "found")
        var count = 0
        for reader in ["safetensors", "zip", "pickle"] {
            for name in try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: reader).path) {
                let data = try Data(contentsOf: folder.appending(path: "\(reader)/\(name)"))
                let archive = TorchArchive(pickle: [UInt8](data), floats: 1024)
                let file: (any TensorFile)? =
                    switch reader {
                    case "safetensors": try? Safetensors(decoding: data, source: name)
                    case "zip": try? TorchFile(decoding: data, source: name)
                    default: try? TorchFile(decoding: archive.data, source: name)
                    }
                for name in file?.names ?? [] {
                    guard let tensor = try? file?.tensor(named: name) else { continue }
                    #expect(tensor.shape == file?.entry(named: name)?.shape)
                }
                count += 1
            }
        }
        #expect(count >= 30)
    }

    @Test(
        "Pickles that ask for more than data are refused by name",
        arguments: [
            (
                Pickle.program(Pickle.global("os", "system"), Pickle.tuple([Pickle.text("true")]), Array("R".utf8)),
                "\"os.system\""
            ),
            (Pickle.program(Pickle.global("torch._utils", "_rebuild_qtensor")), "\"torch._utils._rebuild_qtensor\""),
            (Pickle.program(Pickle.global("builtins", "getattr")), "\"builtins.getattr\""),
            (Pickle.program(Array("X\u{2}\0\0\0osX\u{6}\0\0\0system".utf8), [0x93]), "\"os.system\""),
            (Pickle.program(Array("(ios\nsystem\n".utf8)), "instruction INST"),
            (Pickle.program(Array("}".utf8), [0x32]), "instruction DUP"),
            (Pickle.program(Pickle.global("torch", "HalfStorage"), Array(")R".utf8)), "calls torch.HalfStorage"),
            (Pickle.program(Pickle.global("torch", "HalfStorage"), Array(")".utf8), [0x81]), "not a class of TorchScript"),
            (Pickle.program(Array("]}b".utf8)), "gives attributes to a list"),
            (Pickle.program(Pickle.global("torch._utils", "_rebuild_parameter"), Array(")R".utf8)), "_rebuild_parameter"),
        ])
    func hostileNames(_ pickle: [UInt8], _ reason: String) {
        let said = refusal(TorchArchive(pickle: pickle))
        #expect(said?.contains(reason) == true, "\(said ?? "accepted")")
    }

    /// A dictionary of values by their keys.
    private static func dictionary(_ members: [(String, [UInt8])]) -> [UInt8] {
        Array("}(".utf8) + members.flatMap { Pickle.text($0) + $1 } + Array("u".utf8)
    }

    /// An object of a class of somebody's, with attributes.
    private static func object(_ module: String, _ name: String) -> [UInt8] {
        Pickle.global(module, name) + Array(")".utf8) + [0x81] + dictionary([("lr", Pickle.integer(3))]) + Array("b".utf8)
    }

    @Test("The weights of a training checkpoint are read, whatever it holds besides")
    func trainingCheckpoint() throws {
        let weights = Self.dictionary([("visual.proj", Pickle.tensor(of: 6, [2, 3], strides: [3, 1]))])
        let scalar =
            Pickle.global("numpy.core.multiarray", "scalar")
            + Pickle.tuple([Self.object("numpy", "dtype"), Pickle.text("bytes")]) + Array("R".utf8)
        for key in ["state_dict", "model_state_dict", "model"] {
            let root = Self.dictionary([
                ("args", Self.object("argparse", "Namespace")), ("best", scalar), (key, weights),
                ("ema", Self.object("ema", "Average")),
            ])
            let file = try TorchFile(decoding: TorchArchive(pickle: Pickle.program(root)).data, source: "test")
            #expect(file.names == ["\(key).visual.proj"])
            #expect(try file.tensor(named: "\(key).visual.proj") == Tensor([2, 3]))
        }
    }

    @Test(
        "What is no plain state dict is refused with lines that save it, as the file is",
        arguments: [
            (object("trainers", "CLIP"), "torch.save(checkpoint.state_dict(), path)"),
            (dictionary([("model", object("trainers", "CLIP"))]), "torch.save(checkpoint[\"model\"].state_dict(), path)"),
            (
                dictionary([("args", Pickle.global("argparse", "Namespace")), ("weights", dictionary([]))]),
                "torch.save(checkpoint[\"args\"].state_dict(), path)"
            ),
            (
                dictionary([("net", dictionary([])), ("args", object("argparse", "Namespace"))]),
                "torch.save(checkpoint[\"net\"], path)"
            ),
            // An object among the weights.
            (dictionary([("state_dict", dictionary([("w", object("quant", "Packed"))]))]), "\"quant.Packed\""),
        ])
    func advice(_ root: [UInt8], _ advice: String) {
        let said = refusal(TorchArchive(pickle: Pickle.program(root)))
        #expect(said?.contains(advice) == true && said?.contains("asks Python for") == true, "\(said ?? "accepted")")
    }

    @Test(
        "Pickles that lie are refused",
        arguments: [
            ([], "ends at byte"), ([0x80, 9], "version 9"), (Pickle.program([]), "a value that is not there"),
            ([0x80, 2] + Array("X".utf8) + [0xff, 0xff, 0xff, 0xff], "of 4294967295 that an instruction takes"),
            ([0x80, 2, 0x8b, 0xff, 0xff, 0xff, 0x7f], "LONG4"), ([0x80, 2, 0x8a, 0xff, 1], "of 255"),
            ([0x80, 2] + Array("ctorch".utf8), "ends within a name"),
            ([0x80, 2] + Array("h\u{7}.".utf8), "refers to value 7"),
            (Pickle.program(Array("t".utf8)), "no mark"), (Pickle.program(Array("}]s".utf8)), "a value that is not there"),
            (Pickle.program(Array("](}]a".utf8)), "appends to a dictionary"),
            (Pickle.program(Pickle.text("x"), Array("Q".utf8)), "not a storage"),
            (Pickle.program(Pickle.storage(7)), "too few for 7 numbers"),
            (Pickle.program(Pickle.storage(-1)), "too few"), (Pickle.program(Pickle.storage(.max)), "too few"),
            (Pickle.program(Pickle.storage(1, key: "../data.pkl")), "no member"),
            (Pickle.program(Pickle.tensor(of: 6, [2, 4], strides: [3, 1])), "does not fit in"),
            (Pickle.program(Pickle.tensor(of: 6, offset: 1, [2, 3], strides: [3, 1])), "does not fit in"),
            (Pickle.program(Pickle.tensor(of: 6, offset: -1, [2, 2], strides: [3, 1])), "does not fit in"),
            (Pickle.program(Pickle.tensor(of: 6, [2, 2], strides: [3, -1])), "does not fit in"),
            (Pickle.program(Pickle.tensor(of: 6, [.max, 2], strides: [0, 1])), "does not fit in"),
            (Pickle.program(Pickle.tensor(of: 6, [2, 2], strides: [.max, 1])), "does not fit in"),
            (Pickle.program(Pickle.tensor(of: 6, [2, 2], strides: [1])), "does not fit in"),
            (Pickle.program(Pickle.tensor(of: 6, [1 << 40], strides: [0])), "repeats the 6 numbers"),
            (
                Pickle.program(Pickle.tensor(of: 6, [1, 1, 1, 1, 1, 1, 1, 1, 1], strides: [1, 1, 1, 1, 1, 1, 1, 1, 1])),
                "8 dimensions"
            ),
        ] as [([UInt8], String)])
    func lies(_ pickle: [UInt8], _ reason: String) {
        let said = refusal(TorchArchive(pickle: pickle))
        #expect(said?.contains(reason) == true, "\(said ?? "accepted")")
    }

    @Test("Pickles that would fill memory or never end are refused") func bombs() {
        // Each list holds the one before twice: 2^59 ways to the first.
        var lists = Array("]q\u{1}".utf8)
        for level in UInt8(1)..<60 { lists += [0x5d, 0x71, level + 1, 0x28, 0x68, level, 0x68, level, 0x65] }
        let selfish = Array("]q\0h\0a".utf8), selfKeyed = Array("}q\0X\u{1}\0\0\0kh\0s".utf8)
        for (pickle, reason) in [
            (Pickle.program(lists), "without end"), (Pickle.program(selfish), "without end"),
            (Pickle.program(selfKeyed), "without end"),
            (Pickle.program(Array(")".utf8), [UInt8](repeating: 0x85, count: 200_000)), "without end"),
            (Pickle.program([UInt8](repeating: 0x4e, count: 2_000_000)), "more than 1048576 instructions"),
        ] {
            let said = refusal(TorchArchive(pickle: pickle))
            #expect(said?.contains(reason) == true, "\(said ?? "accepted")")
        }
        // One storage under many names.
        let named = (0..<200).map { Pickle.text("t\($0)") + Pickle.tensor(of: 6, [6], strides: [1]) }
        let many = Pickle.program(Array("}(".utf8), named.flatMap { $0 }, Array("u".utf8))
        #expect(refusal(TorchArchive(pickle: many))?.contains("more than four times") == true)
        #expect(throws: TensorFileError.self) {
            try TorchFile(decoding: Checkpoints.data("repeated.pt"), source: "repeated")
        }
    }

    @Test("Archives that lie are refused") func archives() {
        let pickle = Pickle.program(Pickle.tensor(of: 6, [6], strides: [1])), sound = TorchArchive(pickle: pickle)
        func changed(_ change: (inout TorchArchive) -> Void) -> TorchArchive {
            var archive = sound
            change(&archive)
            return archive
        }
        #expect(refusal(sound) == nil)
        for (archive, reason) in [
            (changed { $0.members[0].method = 8 }, "\"a/data.pkl\" is compressed"),
            (changed { $0.members[1].claimedSize = 1 << 30 }, "does not fit in the file"),
            (changed { $0.members[1].claimedOffset = 0 }, "not where its directory says"),
            (changed { $0.members[1].claimedOffset = 0xffff_fff0 }, "not where its directory says"),
            (changed { $0.members[1].claimedOffset = .max }, "are not given"),
            (changed { $0.members[0].claimedSize = UInt32(pickle.count + 40) }, "overlap"),
            (changed { $0.members[1].name = "a/data.pkl" }, "two members"),
            (changed { $0.members[0].name = "a/other" }, "without a data.pkl"),
            (changed { $0.members.append(.init(name: "b/data.pkl", content: [])) }, "several data.pkl"),
            (changed { $0.claimedCount = 60_000 }, "claims 60000 members"),
            (changed { $0.claimedCount = 3 }, "claims 3 members"),
            (changed { $0.members.append(.init(name: "a/byteorder", content: Array("big".utf8))) }, "little-endian"),
        ] {
            let said = refusal(archive)
            #expect(said?.contains(reason) == true, "\(said ?? "accepted")")
        }
    }
}
