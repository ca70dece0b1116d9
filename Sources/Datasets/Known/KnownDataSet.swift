/// A data set that papers name: what is in it, and how its copies are arranged.
public struct KnownDataSet: Sendable {
    public struct Domain: Hashable, Sendable {
        /// As results and pipeline files have it.
        public let name: String
        /// The letter or digit by which the authors' scripts and split files call it.
        public let letter: String
        /// How many images there are in a whole copy, without known duplicates; nil where copies differ.
        public let images: Int?

        init(_ name: String, _ letter: String, _ images: Int? = nil) {
            self.name = name
            self.letter = letter
            self.images = images
        }
    }

    public let name: String
    public let domains: [Domain]
    /// How many classes there are. Their names are those of the class folders, underscores and all, unless a layout says
    /// otherwise; prompts read underscores as spaces.
    public let classCount: Int
    /// Those before have precedence over those after where a tree fits several equally well.
    public let layouts: [Layout]
    /// Ends of paths of files that are no images in many copies; they are left out where they cannot be decoded.
    public let brokenFiles: [String]
    /// Names of files that are in the data set twice, and are left out.
    public let duplicates: Set<String>
    /// How SPG's authors split it.
    let ruleOfSPG: SplitRule
    /// What there is to know about copies and counts, in a sentence.
    public let note: String

    init(
        _ name: String, domains: [Domain], classCount: Int, layouts: [Layout], brokenFiles: [String] = [],
        duplicates: Set<String> = [], ruleOfSPG: SplitRule = .share(0.7), note: String = ""
    ) {
        self.name = name
        self.domains = domains
        self.classCount = classCount
        self.layouts = layouts
        self.brokenFiles = brokenFiles
        self.duplicates = duplicates
        self.ruleOfSPG = ruleOfSPG
        self.note = note
    }

    /// The data set with a name, in any case, with hyphens or without: `OfficeHome`, `Office-Home`, `officehome`.
    public init?(named name: String) {
        let wanted = Self.plain(name)
        guard let known = Self.all.first(where: { Self.plain($0.name) == wanted }) else { return nil }
        self = known
    }

    private static func plain(_ name: String) -> String {
        name.lowercased().filter { $0 != "-" && $0 != "_" && $0 != " " }
    }

    /// Whether many copies of the file with a path are no image.
    public func isKnownBroken(_ path: String) -> Bool {
        brokenFiles.contains { path.hasSuffix("/" + $0) }
    }

    /// How many images all domains have, or nil where copies differ.
    public var images: Int? {
        let counts = domains.compactMap(\.images)
        return counts.count == domains.count ? counts.reduce(0, +) : nil
    }
}
