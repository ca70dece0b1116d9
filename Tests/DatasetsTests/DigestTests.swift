import Datasets
import Foundation
import Tensors
import Testing

@Suite struct DigestTests {
    /// The digest of "abc" in FIPS 180-2, appendix B.1.
    private let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

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
