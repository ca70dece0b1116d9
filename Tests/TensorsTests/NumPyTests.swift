import Foundation
import Tensors
import Testing

/// Files that `numpy.save` wrote (NumPy 2.4).
@Suite("NumPy arrays") struct NumPyTests {
    private static let padding = "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg"
    /// numpy.arange(6).reshape(2, 3) / 4 in some types and orders, and others.
    private static let files = [
        "<f4":
            "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9\(padding)ICAgICAgICAgIAoAAAAAAACAPgAAAD8AAEA/AACAPwAAoD8=",
        "<f2":
            "k05VTVBZAQB2AHsnZGVzY3InOiAnPGYyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9\(padding)ICAgICAgICAgIAoAAAA0ADgAOgA8AD0=",
        "<f8":
            "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9\(padding)ICAgICAgICAgIAoAAAAAAAAAAAAAAAAAANA/AAAAAAAA4D8AAAAAAADoPwAAAAAAAPA/AAAAAAAA9D8=",
        "fortran":
            "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0g\(padding)ICAgICAgICAgIAoAAAAAAABAPwAAgD4AAIA/AAAAPwAAoD8=",
        ">f4":
            "k05VTVBZAQB2AHsnZGVzY3InOiAnPmY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9\(padding)ICAgICAgICAgIAoAAAAAPoAAAD8AAAA/QAAAP4AAAD+gAAA=",
        "records":
            "k05VTVBZAQB2AHsnZGVzY3InOiBbKCdhJywgJzxmNCcpXSwgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAg\(padding)IAoAAAAAAAAAAA==",
        "scalar":
            "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKCksIH0gICAg\(padding)ICAgICAgICAgIAoAACBA",
        "vector":
            "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsKSwgfSAg\(padding)ICAgICAgICAgIAoAAMA/AAAAgAAAQEA=",
    ].mapValues { Data(base64Encoded: $0)! }

    private func read(_ data: Data) throws(TensorFileError) -> Tensor {
        try NumPyArray(FileBytes(data), source: "test").tensor()
    }

    private func refusal(_ data: Data) -> String {
        do throws(TensorFileError) {
            return "read as \(try read(data))"
        } catch {
            return error.description
        }
    }

    @Test func readsWhatNumPyWrites() throws {
        let expected = Tensor([2, 3], [0, 0.25, 0.5, 0.75, 1, 1.25])
        #expect(try read(#require(Self.files["<f4"])) == expected)
        #expect(try read(#require(Self.files["<f2"])) == expected)
        #expect(try read(#require(Self.files["scalar"])) == Tensor(2.5))
        let vector = try read(#require(Self.files["vector"]))
        #expect(vector.shape == [3] && vector.values.map(\.bitPattern) == [1.5, -0.0, 3].map { Float($0).bitPattern })
    }

    @Test func writesWhatNumPyWrites() throws {
        for name in ["<f4", "scalar", "vector"] {
            let data = try #require(Self.files[name])
            #expect(try NumPyArray.encode(read(data)) == data)
        }
        let empty = Tensor([0, 5])
        #expect(try read(NumPyArray.encode(empty)) == empty)
        let odd = Tensor([3], [Float(bitPattern: 1), -Float.infinity, Float(bitPattern: 0x7fc0_1234)])
        #expect(try read(NumPyArray.encode(odd)).values.map(\.bitPattern) == odd.values.map(\.bitPattern))
    }

    @Test(arguments: [
        ("<f8", "of the type <f8; “<f4” and “<f2” are read"), (">f4", "of the type >f4"),
        ("fortran", "numpy.ascontiguousarray"), ("records", "an array of records"),
    ]) func refusesWithAdvice(name: String, words: String) throws {
        let message = refusal(try #require(Self.files[name]))
        #expect(message.contains(words), "\(message)")
    }

    /// Cut at any place, or with any byte of the header changed, a file is refused or says the same.
    @Test func damageIsRefused() throws {
        let whole = try #require(Self.files["<f4"])
        for count in 0..<whole.count { #expect(!refusal(whole.prefix(count)).hasPrefix("read"), "\(count) bytes") }
        #expect(refusal(whole + Data([0])).contains("does not account for its 25 bytes"))
        let header = 10..<70
        for position in header {
            var changed = whole
            changed[position] ^= 0x11
            let found = refusal(changed)
            #expect(!found.hasPrefix("read") || found == refusal(whole) || found.contains("shape"), "\(position): \(found)")
        }
        for (shape, says) in [("(2,-3)", "no shape"), ("(2, 4)", "needs 32 bytes"), ("(2, 2)", "does not account")] {
            var changed = whole
            try changed.replaceSubrange(#require(whole.range(of: Data("(2, 3)".utf8))), with: Data(shape.utf8))
            #expect(refusal(changed).contains(says))
        }
        let huge = Data(String(repeating: "9", count: 18).utf8)
        var changed = whole
        try changed.replaceSubrange(
            #require(whole.range(of: Data("3), }             ".utf8))), with: huge.dropLast(4) + Data("), }".utf8))
        #expect(refusal(changed).hasPrefix("test is"))
        #expect(refusal(Data("PK".utf8) + whole).contains("NUMPY"))
    }
}
