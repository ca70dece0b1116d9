import Foundation
import Imaging
import Testing

/// What Pillow makes of files of every kind that is read: Tests/Fixtures/pictures, made by
/// Tests/Reference/picture_fixtures.py.
struct GoldenPictures: Decodable {
    struct File: Decodable {
        let file: String, mode: String, size: [Int], digest: String, views: [View]
    }
    /// What CLIP's order makes of a file.
    struct View: Decodable {
        let resolution: Int, center: String, window: [Int], crop: String
    }
    /// WebP, GIF, BMP and TIFF.
    let files: [File]
    /// The PNGs and JPEGs of `Golden`.
    let others: [File]

    static let folder = Golden.folder.deletingLastPathComponent().appending(path: "pictures")

    static func load() throws -> GoldenPictures {
        try JSONDecoder().decode(GoldenPictures.self, from: file("golden.json"))
    }

    static func file(_ name: String) throws -> Data {
        try Data(contentsOf: folder.appending(path: name))
    }
}

extension Picture {
    /// Pillow's name of the mode.
    var pillowMode: String {
        switch mode {
        case .bilevel: "1"
        case .grey: "L"
        case .greyAlpha: "LA"
        case .palette: "P"
        case .rgb: "RGB"
        case .rgba: "RGBA"
        case .cmyk: "CMYK"
        case .grey16: "I;16"
        case .grey16BigEndian: "I;16B"
        }
    }
}

@Suite struct PictureTests {
    /// Every mode, depth, compression, alpha, palette, interlacing, animation and orientation in the fixtures.
    @Test(arguments: ["webp", "gif", "bmp", "tiff"])
    func pixelsAreThoseOfPillow(format: String) throws {
        let files = try GoldenPictures.load().files.filter { $0.file.hasSuffix("." + format) }
        #expect(files.count >= 12)
        for golden in files {
            let bytes = try GoldenPictures.file(golden.file)
            let picture = try #require(try? Picture(decoding: bytes), "\(golden.file)")
            #expect([picture.width, picture.height] == golden.size, "\(golden.file)")
            #expect(picture.pillowMode == golden.mode, "\(golden.file)")
            #expect(picture.rgb.digest == golden.digest, "\(golden.file)")
            let announced = try Picture.size(announcedBy: bytes)
            #expect([announced.width, announced.height] == golden.size, "\(golden.file)")
        }
    }

    /// PNG and JPEG come in Pillow's modes, too; 16-bit grey with alpha is RGBA there, with the same values.
    @Test func modesOfOthersAreThoseOfPillow() throws {
        for golden in try GoldenPictures.load().others {
            let picture = try Picture(decoding: Golden.file(golden.file))
            let mode = golden.file.hasPrefix("grey-alpha-16") ? "LA" : golden.mode
            #expect(picture.pillowMode == mode, "\(golden.file)")
            #expect(picture.rgb.digest == golden.digest, "\(golden.file)")
        }
    }

    /// A file that ends anywhere is an error or, where only what comes after the pixels is missing, the whole picture.
    @Test(arguments: [
        "lossy-alpha.webp", "animated.webp", "interlaced.gif", "runs-8.bmp", "rgb-24.bmp", "tiles.tiff",
        "rgb-jpeg.tiff", "bilevel-group4.tiff", "palette.tiff",
    ])
    func cutFiles(name: String) throws {
        let bytes = try GoldenPictures.file(name)
        let whole = try Picture(decoding: bytes)
        var failures = 0
        for count in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 150)) {
            do throws(ImageError) {
                let picture = try Picture(decoding: bytes.prefix(count))
                let isWhole = picture == whole
                #expect(isWhole, "\(name) cut to \(count) bytes")
            } catch { failures += 1 }
        }
        #expect(failures > 10)
    }

    /// Whatever a byte is changed to, the answer is a picture or an error.
    @Test(arguments: ["lossless-alpha.webp", "pillow.gif", "runs-4.bmp", "masks-bgra.bmp", "rgb-tiff_lzw.tiff", "tiles.tiff"])
    func damagedFiles(name: String) throws {
        let bytes = try GoldenPictures.file(name)
        var generator = Generator(seed: 5)
        for _ in 0..<300 {
            var damaged = bytes
            for _ in 0..<1 + generator.integer(below: 3) {
                damaged[generator.integer(below: min(bytes.count, 300))] = generator.byte()
            }
            guard let size = try? Picture.size(announcedBy: damaged), size.width * size.height < 1 << 20 else { continue }
            if let picture = try? Picture(decoding: damaged) {
                #expect((picture.width, picture.height) == size)
            }
        }
    }

    /// Kinds that Pillow reads, or not, and that are not read here: each by its name.
    @Test func whatIsNotReadIsSaid() throws {
        func problem(_ name: String, _ change: (inout Data) -> Void) throws -> String {
            var bytes = try GoldenPictures.file(name)
            change(&bytes)
            let error = #expect(throws: ImageError.self) { try Picture(decoding: bytes) }
            return try #require(error).problem
        }
        /// Changes the value of a tag of a little-endian TIFF.
        func set(_ tag: Int, _ value: Int) -> (inout Data) -> Void {
            { bytes in
                func number(_ at: Int, _ count: Int) -> Int {
                    (0..<count).reversed().reduce(0) { $0 << 8 | Int(bytes[at + $1]) }
                }
                let table = number(4, 4)
                for entry in 0..<number(table, 2) where number(table + 2 + 12 * entry, 2) == tag {
                    bytes[table + 10 + 12 * entry] = UInt8(value & 255)
                    bytes[table + 11 + 12 * entry] = UInt8(value >> 8)
                }
            }
        }
        #expect(try problem("plain-rgb-8-little.tiff", set(259, 6)).contains("compression 6"))
        #expect(try problem("plain-rgb-8-little.tiff", set(259, 50001)).contains("compression 50001"))
        #expect(try problem("plain-rgb-8-little.tiff", set(262, 8)).contains("CIELAB"))
        #expect(try problem("plain-rgb-8-little.tiff", set(262, 6)).contains("YCbCr"))
        #expect(try problem("plain-grey-8-black.tiff", set(258, 12)).contains("12 bits"))
        #expect(try problem("rgb-24.bmp") { $0[30] = 4 }.contains("compression 4"))
        #expect(try problem("rgb-24.bmp") { $0[14] = 41 }.contains("header of 41 bytes"))
        #expect(try problem("rgb-24.bmp") { $0[28] = 2 }.hasSuffix("; convert it to PNG"))
    }

    /// A header that claims more than is read is refused before anything is allocated.
    @Test func bombsAreRefused() throws {
        let names = ["rgb-24.bmp": [18, 19, 22, 23], "global.gif": [6, 7, 8, 9]]
        for (name, places) in names {
            var bytes = try GoldenPictures.file(name)
            for place in places { bytes[place] = 0xff }
            let error = #expect(throws: ImageError.self) { try Picture(decoding: bytes) }
            #expect(error?.problem.contains("claims 65535×65535 pixels") == true, "\(name)")
        }
    }
}
