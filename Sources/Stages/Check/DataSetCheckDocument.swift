import Datasets

/// What `spg data check` says, for programs.
public struct DataSetCheckDocument: Encodable, Sendable {
    struct Domain: Encodable {
        let name: Name
        @OrNull var letter: String?
        let isThere: Bool
        let images: Int
        /// Of a whole copy; nil where it is not known.
        @OrNull var wholeCopy: Int?
        let missingClasses: [Name]
    }

    struct BrokenFile: Encodable {
        let path: Name
        let reason: String
        /// Whether many copies of the data set have this fault, so that it is no hindrance.
        let isKnown: Bool
    }

    struct UnusedFile: Encodable {
        let path: String
        let reason: String
    }

    /// What a folder of splits says of a domain.
    public struct Split: Encodable, Sendable {
        public let domain: Name
        /// Images of each part, and of both; nil where the domain has no split that can be used.
        @OrNull public private(set) var train: Int?
        @OrNull public private(set) var validation: Int?
        @OrNull public private(set) var images: Int?
        /// Images that the split does not name, and a sentence about them.
        public let leftOut: [Name]
        @OrNull public private(set) var note: String?
        /// Why it cannot be used, in words.
        @OrNull public private(set) var problem: String?

        public init(of domain: Name, _ parts: DomainParts) {
            self.domain = domain
            (train, validation, images) = (
                parts.train.images.count, parts.validation.images.count, parts.images.images.count
            )
            (leftOut, note, problem) = (parts.extra, parts.extraNote, nil)
        }

        public init(of domain: Name, problem: DatasetError) {
            (self.domain, self.problem, leftOut) = (domain, problem.description, [])
            (train, validation, images, note) = (nil, nil, nil, nil)
        }

        public var isUsable: Bool { problem == nil }
    }

    public let dataSet: String
    public let root: String
    public let layout: String
    /// Whether every pixel was looked at.
    public let decoded: Bool
    /// Whether a run over all domains can be expected to end well, splits included.
    public let usable: Bool
    let domains: [Domain]
    let classes: [Name]
    @OrNull var classesOfWholeCopy: Int?
    let problems: [String]
    let warnings: [String]
    let missingFiles: [Name]
    let broken: [BrokenFile]
    let unused: [UnusedFile]
    /// Groups of files with the same bytes.
    let copies: [[Name]]
    let white: [Name]
    /// Nil where none were to be looked at.
    @OrNull public private(set) var splits: [Split]?

    public init(_ check: DataSetCheck, splits: [Split]?) {
        let folder = check.folder
        (dataSet, root, layout) = (folder.name, folder.root, folder.layout.origin)
        decoded = if case .pixels = check.depth { true } else { false }
        usable = check.isUsable && (splits ?? []).allSatisfy(\.isUsable)
        domains = check.domains.map { domain in
            Domain(
                name: domain.name, letter: domain.letter, isThere: !domain.isMissing, images: domain.images,
                wholeCopy: domain.expected, missingClasses: domain.missingClasses)
        }
        (classes, classesOfWholeCopy) = (folder.classes, folder.known?.classCount)
        (problems, warnings, missingFiles) = (check.problems, check.warnings, check.missingFiles)
        broken = check.broken.map { BrokenFile(path: $0.path, reason: $0.reason, isKnown: $0.isKnown) }
        unused = check.unused.map { UnusedFile(path: $0.path, reason: $0.reason.word) }
        (copies, white, self.splits) = (check.copies, check.white, splits)
    }
}
