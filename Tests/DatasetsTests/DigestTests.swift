import Datasets
import Foundation
import Tensors
import Testing

@Suite struct DigestTests {
    /// The digest of "abc" in FIPS 180-2, appendix B.1.
    private let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    @Test("A million times the letter a, and nothing, in pieces of any size: FIPS 180-2, appendix B.3")
    func pieces() {
        let million = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        for size in [1, 63, 64, 1000, 1_000_000] {
            var stream = DigestStream()
            for start in stride(from: 0, to: 1_000_000, by: size) {
                stream.update(Data(repeating: 0x61, count: min(size, 1_000_000 - start)))
            }
            #expect(stream.digest.description == million)
            #expect(stream.digest.description == million, "looking ended it")
        }
        let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        #expect(DigestStream().digest.description == nothing && Digest(of: Data()).description == nothing)
    }

    @Test func readsAFile() throws {
        try withFolder { root in
            try write(["abc": "abc"], under: root)
            let (digest, stamp) = try Digest.ofFile(at: root + "/abc")
            #expect(digest.description == abc)
            #expect(stamp.size == 3)
            #expect(try FileStamp(ofFileAt: root + "/abc") == stamp)
        }
    }

    @Test func readsAFileLargerThanItsBuffer() throws {
        try withFolder { root in
            let data = Data((0..<2_500_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
            try data.write(to: URL(fileURLWithPath: root + "/large"))
            #expect(try Digest.ofFile(at: root + "/large").digest == Digest(of: data))
        }
    }

    @Test func namesWhatItCannotRead() throws {
        try withFolder { root in
            let none = root + "/none"
            #expect(throws: DatasetError.unreadable(path: none, reason: "No such file or directory")) {
                try Digest.ofFile(at: none)
            }
            #expect(throws: DatasetError.unreadable(path: root, reason: "it is not a file")) {
                try Digest.ofFile(at: root)
            }
        }
    }

    @Test func roundTripsAsText() {
        #expect(Digest(abc)?.description == abc)
        #expect(Digest(abc.dropLast()) == nil)
        #expect(Digest(abc.dropLast() + "g") == nil)
    }
}
