import Foundation
import Imaging

/// One input of libFuzzer's: a file of a picture, read by whatever its first bytes announce.
///
/// Whatever the bytes are, they are a picture or an error; addresses, time and memory are the sanitizer's and libFuzzer's to
/// watch. What is checked here is that a picture has the size that was announced, and survives what is done with one.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let data = bytes.map { Data(bytes: $0, count: count) } ?? Data()
    // What is larger takes time, and finds nothing else.
    guard let size = try? Picture.size(announcedBy: data), size.width * size.height < 1 << 18 else { return 0 }
    guard let picture = try? Picture(decoding: data) else { return 0 }
    precondition((picture.width, picture.height) == size, "a size that was not announced")
    let image = picture.rgb
    precondition(image.pixels.count == 3 * size.width * size.height, "pixels that are not the size's")
    return 0
}
