import Foundation
import Imaging
import Testing

/// Errors name the file and say what is wrong with it.
@Suite struct ImageErrorTests {
    private func message(reading bytes: [UInt8]?) throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).jpg")
        if let bytes { try Data(bytes).write(to: file) }
        defer { try? FileManager.default.removeItem(at: file) }
        let error = #expect(throws: ImageError.self) { try RGBImage(contentsOf: file) }
        let description = try #require(error).description
        #expect(error?.file == file && description.hasPrefix(file.path))
        return String(description.dropFirst(file.path.count + 1))
    }

    @Test func messages() throws {
        #expect(try message(reading: nil) == "cannot be read: No such file or directory")
        #expect(try message(reading: []) == "is empty (0 bytes)")
        let truncated = [UInt8](try Golden.file("grey.jpg").dropLast(100))
        #expect(try message(reading: truncated) == "is a truncated JPEG file: the data ends before the image does")
        for (bytes, format) in [
            ("RIFF\u{1}\u{2}\u{3}\u{4}WEBPVP8 ", "WebP"), ("GIF89a…", "GIF"), ("BM\u{1}\u{2}", "BMP"),
        ] {
            let truncated = "is a truncated \(format) file: the data ends before the image does"
            #expect(try message(reading: Array(bytes.utf8)) == truncated, "\(format)")
        }
        #expect(try message(reading: Array("II*\0".utf8)).hasPrefix("is a damaged or unsupported TIFF file: "))
        let neither = "is not an image of a supported format (JPEG, PNG, WebP, GIF, BMP, TIFF): "
        let others = [
            ("\0\0\0\u{1c}ftypavif", "it seems to be an AVIF or HEIC; convert it to JPEG"),
            ("\0\0\0\u{c}jP  ", "it seems to be a JPEG 2000; convert it to JPEG"),
        ]
        for (bytes, advice) in others { #expect(try message(reading: Array(bytes.utf8)) == neither + advice) }
        #expect(try message(reading: Array("<!DOCTYPE html>".utf8)) == neither + "it seems to be HTML, SVG or other XML")
        #expect(try message(reading: [1, 2, 0xab]) == neither + "it begins with the bytes 01 02 ab")
    }

    @Test func aFolderIsNoImage() {
        let error = #expect(throws: ImageError.self) { try RGBImage(contentsOf: Golden.folder) }
        #expect(error?.description.contains("cannot be read: ") == true)
    }
}
