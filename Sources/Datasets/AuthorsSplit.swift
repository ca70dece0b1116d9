/// The way in which the authors of a paper split the images of its data sets: which are used, which train, which validate,
/// and which a method is tested on.
public struct AuthorsSplit: Hashable, Sendable {
    public enum Authors: String, CaseIterable, Sendable {
        /// Those of SPG and DPSPG (renytek13/Soft-Prompt-Generation-with-CGAN: `datasets/*_coop.py`, `split_data`).
        case spg
        /// Those of DomainBed, and so of DPL (facebookresearch/DomainBed: `domainbed/scripts/train.py`).
        case domainbed
    }

    public static let defaultSeed: UInt64 = 1

    public var authors: Authors
    /// Decides which images are in which part where that is drawn.
    public var seed: UInt64

    public init(_ authors: Authors, seed: UInt64 = defaultSeed) {
        (self.authors, self.seed) = (authors, seed)
    }

    /// Whether a method is tested on the images of the target domain that train where it is a source, and not on all that are
    /// used: DomainBed reports the “in-split” (`domainbed/model_selection.py`, `_step_acc`).
    public var testsOnTraining: Bool { authors == .domainbed }

    /// Whether files that are broken in many copies are left out by their names, in whatever copy.
    var leavesOutBroken: Bool { authors == .spg }

    package func rule(for known: KnownDataSet?) -> SplitRule {
        switch authors {
        case .spg: known?.ruleOfSPG ?? .share(0.7)
        case .domainbed: .heldOut(0.2)
        }
    }
}

extension ImageFolder {
    /// The parts of a domain as a paper's authors make them.
    /// - Parameters:
    ///   - domain: one that the folder has.
    ///   - split: whose, and with which seed.
    ///   - digests: gives the SHA-256 of each file that is in a part, in order.
    /// - Throws: `DatasetError` where the images do not lie as the rule has it, or a part is empty; what `digests` throws.
    public func parts(
        of domain: Name, as split: AuthorsSplit, digests: ([String]) throws -> [Digest]
    ) throws -> DomainParts {
        let entries = try images(of: domain), rule = split.rule(for: known)
        guard let (train, validation) = rule.parts(of: entries, classes: classes, seed: split.seed) else {
            throw DatasetError.badParts(
                domain, root: root,
                reason: "its images are not in folders of parts (\(rule.folders)), which that split needs")
        }
        let used = { (place: Int) in
            !self.isSkipped(entries[place])
                && !(split.leavesOutBroken && self.known?.isKnownBroken(entries[place].path.text) == true)
        }
        let parts = (train: Set(train.filter(used)), validation: Set(validation.filter(used)))
        for (name, part) in [("train", parts.train), ("validate", parts.validation)] where part.isEmpty {
            throw DatasetError.badParts(domain, root: root, reason: "it has too few images: none would \(name)")
        }
        return try self.parts(of: domain, entries, train: parts.train, validation: parts.validation, digests: digests)
    }
}
