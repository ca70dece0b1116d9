/// How many files and folders of a data set are not used, and why.
public struct Unused: Hashable, Sendable {
    public enum Reason: Hashable, Comparable, Sendable {
        /// A file among images with another extension, in lower case; of no extension, the empty text.
        case format(String)
        /// A link that leads nowhere.
        case deadLink
        /// A name whose bytes are no UTF-8.
        case name
        /// An image that cannot be read, where such are to be skipped.
        case unreadable
        /// A folder that is neither a domain's nor a class's.
        case noDomain
        /// A folder with nothing in it.
        case empty
        /// A folder among images.
        case folder
        /// A file beside domains or classes, and what is neither file nor folder.
        case place
        case hidden
    }

    private struct Tally: Hashable {
        var count: Int
        var example: String
    }

    private var tallies: [Reason: Tally] = [:]

    public init() {}

    /// Counts some entries.
    public init(_ entries: some Sequence<ImageFolder.UnusedEntry>) {
        for entry in entries { add(entry.reason, entry.path) }
    }

    public var isEmpty: Bool { tallies.isEmpty }

    public func count(of reason: Reason) -> Int { tallies[reason]?.count ?? 0 }

    /// Files that would have been images, most likely.
    var lostImages: Int {
        tallies.reduce(0) { sum, entry in
            switch entry.key {
            case .format(let ending): Self.imageEndings.contains(ending) ? sum + entry.value.count : sum
            case .deadLink, .name, .unreadable: sum + entry.value.count
            case .noDomain, .empty, .folder, .place, .hidden: sum
            }
        }
    }

    /// Extensions of pictures, whether they are read or not.
    private static let imageEndings: Set<String> = [
        "jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "bmp", "dib", "tif", "tiff", "avif", "heic", "heif", "jp2", "jxl",
        "ppm", "pgm", "pbm", "pnm", "svg", "ico", "tga", "psd", "raw", "cr2", "nef", "dng",
    ]

    /// - Parameter example: the path, for people; asked for where it is the first.
    mutating func add(_ reason: Reason, _ example: @autoclosure () -> String) {
        let count = count(of: reason)
        if count == 0 { tallies[reason] = Tally(count: 1, example: example()) } else { tallies[reason]?.count += 1 }
    }

    public mutating func add(_ other: Unused) {
        tallies.merge(other.tallies) { Tally(count: $0.count + $1.count, example: min($0.example, $1.example)) }
    }

    /// Such as “100 .heic files (photo/dog/1.heic, …), 2 links that lead nowhere (photo/cat, …)”.
    public var parts: String {
        tallies.sorted { ($0.key, -$0.value.count) < ($1.key, -$1.value.count) }.map { reason, tally in
            let text = "\(grouped(tally.count)) \(reason.text(isOne: tally.count == 1))"
            return reason == .hidden ? text : text + (tally.count == 1 ? " (\(tally.example))" : " (\(tally.example), …)")
        }.joined(separator: ", ")
    }

    /// Such as “Not used: 100 .heic files (photo/dog/1.heic, …)”; nil where all is used.
    public var line: String? { isEmpty ? nil : "Not used: \(parts)" }
}

extension Unused: Encodable {
    /// What of one kind is not used.
    private struct Entry: Encodable {
        let reason: String
        @OrNull var fileExtension: String?
        let count: Int
        let example: String
    }

    /// A list: of each kind how many there are, and one of them.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(
            tallies.sorted { $0.key < $1.key }.map { reason, tally in
                Entry(
                    reason: reason.word, fileExtension: reason.fileExtension, count: tally.count, example: tally.example)
            })
    }
}

extension Unused.Reason {
    /// For programs.
    public var word: String {
        switch self {
        case .format: "format"
        case .deadLink: "dead_link"
        case .name: "name"
        case .unreadable: "unreadable"
        case .noDomain: "no_domain"
        case .empty: "empty"
        case .folder: "folder"
        case .place: "place"
        case .hidden: "hidden"
        }
    }

    /// Without its dot; nil where it is not for its extension that a file is not used.
    fileprivate var fileExtension: String? { if case .format(let ending) = self { ending } else { nil } }

    fileprivate func text(isOne: Bool) -> String {
        switch self {
        case .format(""): isOne ? "file without an extension" : "files without an extension"
        case .format(let ending): isOne ? ".\(ending) file" : ".\(ending) files"
        case .deadLink: isOne ? "link that leads nowhere" : "links that lead nowhere"
        case .name: isOne ? "name that is not UTF-8" : "names that are not UTF-8"
        case .unreadable: isOne ? "file that cannot be read" : "files that cannot be read"
        case .noDomain: isOne ? "folder that is not a domain" : "folders that are not domains"
        case .empty: isOne ? "empty folder" : "empty folders"
        case .folder: isOne ? "folder among images" : "folders among images"
        case .place: isOne ? "file beside the class folders" : "files beside the class folders"
        case .hidden: "hidden"
        }
    }
}
