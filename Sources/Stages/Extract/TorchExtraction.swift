import ArtifactStore
import CLIP
import Foundation
import PromptLearning

/// `extract` by PyTorch, on a GPU where there is one: `Scripts/encode-with-torch` encodes, and the rest is as ever.
public enum TorchExtraction: StageMethod {
    public struct Parameters: CheckedParameters, Hashable {
        public static let source = "own choice"

        @Parameter(
            "How many random crops of each image are encoded besides its center view.",
            Requirement("a whole number from 0 to 1000") { (0...1000).contains($0) }, unit: "crops")
        public var views = 0

        public init() {}
    }

    public static let kind = StageKind(
        name: "encode-with-torch", executable: "spg-extract", command: ["--with-torch"], makes: .embeddings,
        algorithmVersion: 1, parameters: Parameters.declared, roles: [.init("images", .images, .domain)],
        check: { values throws(UnfitParameter) in try values.parameters(Parameters.self).needs })
    public static var abstract: String {
        "Encodes a data set's images with PyTorch, on a GPU if there is one, as extract does."
    }
    public static var example: String {
        "--data Data/desktop-icons --checkpoint Models/icon-clip --store Cache/artifacts.sqlite --views 4"
    }
}
