import Foundation

/// Images of one target that were predicted in a way worth looking at.
public struct GalleryGroup: Hashable, Sendable {
    /// What images have in common.
    public enum Kind: String, CaseIterable, Sendable {
        case right, wrong, gained, lost
    }

    public struct Item: Hashable, Sendable {
        public var path: String
        public var picture: Thumbnail
        public var label: String
        public var predicted: String
        public var probability: Double
        /// What the baseline took it for.
        public var other: String?
        public var otherProbability: Double?

        public init(
            path: String, picture: Thumbnail, label: String, predicted: String, probability: Double, other: String? = nil,
            otherProbability: Double? = nil
        ) {
            (self.path, self.picture, self.label, self.predicted) = (path, picture, label, predicted)
            (self.probability, self.other, self.otherProbability) = (probability, other, otherProbability)
        }
    }

    public var kind: Kind
    public var target: String
    public var items: [Item]

    public init(kind: Kind, target: String, items: [Item]) {
        (self.kind, self.target, self.items) = (kind, target, items)
    }

    /// A heading, of the titles of the row that the images are of and of the one that it is held against.
    func title(focus: String, baseline: String) -> String {
        switch kind {
        case .right: "Right, and most confident"
        case .wrong: "Wrong, and most confident"
        case .gained: "\(focus) is right where \(baseline) is wrong"
        case .lost: "\(focus) is wrong where \(baseline) is right"
        }
    }
}

/// A picture's small copy, or why there is none.
public enum Thumbnail: Hashable, Sendable {
    /// JPEG of at most 64 pixels a side.
    case jpeg(Data, width: Int, height: Int)
    /// Why there is none, in a few words.
    case none(String)
}
