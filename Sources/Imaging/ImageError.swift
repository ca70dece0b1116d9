import Foundation

/// Why a picture cannot be read or written.
public struct ImageError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Reason: Equatable, Sendable {
        /// The file cannot be opened or read; the system's reason.
        case unreadable(String)
        /// The file is not the one that was expected.
        case changed
        case empty
        /// None of the formats that are read; what it seems to be instead.
        case unknownFormat(String)
        /// The data ends before the picture does.
        case truncated(ImageFormat)
        /// The data breaks the format's rules; the library's words.
        case corrupt(ImageFormat, String)
        /// The data uses a part of the format that is not read: which one.
        case unsupported(ImageFormat, String)
        /// The header claims more than ``RGBImage/pixelLimit`` pixels.
        case tooLarge(width: Int, height: Int)
        case outOfMemory(width: Int, height: Int)
    }

    public let reason: Reason
    /// The file that was read, where it was one.
    public let file: URL?

    public init(_ reason: Reason, file: URL? = nil) {
        self.reason = reason
        self.file = file
    }

    public var description: String { "\(file?.path ?? "the image") \(problem)" }

    /// What is wrong, as the rest of a sentence that begins with the file.
    public var problem: String {
        switch reason {
        case .unreadable(let why): "cannot be read: \(why)"
        case .changed: "has changed since its digest was taken; run the same command again when nothing writes to it"
        case .empty: "is empty (0 bytes)"
        case .unknownFormat(let what):
            "is not an image of a supported format (JPEG, PNG, WebP, GIF, BMP, TIFF): \(what)"
        case .truncated(let format): "is a truncated \(format) file: the data ends before the image does"
        case .corrupt(let format, let why): "is a damaged or unsupported \(format) file: \(why)"
        case .unsupported(let format, let why): "is a \(format) file of a kind that is not read: \(why); convert it to PNG"
        case .tooLarge(let width, let height):
            "claims \(width)×\(height) pixels, more than the \(RGBImage.pixelLimit) that are read"
        case .outOfMemory(let width, let height): "needs more memory than there is, at \(width)×\(height) pixels"
        }
    }

    /// What went wrong in the file system, without Foundation's wrapping. It calls what is no file forbidden, and a link to
    /// itself not there.
    static func plain(_ error: any Error, of file: URL) -> String {
        var status = stat()
        guard stat(file.path, &status) == 0 else { return String(cString: strerror(errno)) }
        guard status.st_mode & S_IFMT == S_IFREG else { return "it is not a file, but a folder, a pipe or a device" }
        let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error ?? error
        let system = cause as NSError
        guard system.domain == NSPOSIXErrorDomain else { return error.localizedDescription }
        return String(cString: strerror(Int32(system.code)))
    }
}
