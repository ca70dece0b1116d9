import ArtifactStore

/// Which images of a domain train and which validate where no seed of a stage's says so: `images` artifacts.
public struct SplitKeys: Hashable, Sendable {
    public var train: ArtifactKey
    public var validation: ArtifactKey
    /// What is tested on where the domain is the target; nil for all its images.
    public var tested: ArtifactKey?

    public init(train: ArtifactKey, validation: ArtifactKey, tested: ArtifactKey? = nil) {
        self.train = train
        self.validation = validation
        self.tested = tested
    }

    /// The roles that the two play in the recipe of what trains.
    public static let roles = ["train", "validation"]
    /// The role that the part plays in the recipe of an evaluation.
    public static let testRole = "tested"
}

extension Recipe {
    /// The recipe of the same work on images that are split by files. The images of the parts take the place of the
    /// parameters of a seeded split.
    /// - Parameter splits: of each domain, in the order of their embeddings; a seeded split if there are none.
    public func split(by splits: [SplitKeys]) -> Recipe {
        guard !splits.isEmpty, case .object(var values) = parameters else { return self }
        for name in StageKind.splitParameters { values[name] = nil }
        return Recipe(
            kind: kind, algorithmVersion: algorithmVersion, parameters: .object(values),
            inputs: inputs
                + splits.flatMap { split in
                    zip(SplitKeys.roles, [split.train, split.validation]).map { Input($0, $1) }
                })
    }
}

extension Recipe {
    /// The recipe of an evaluation on a part of the target's images.
    /// - Parameter part: nil for all of them.
    public func testing(on part: ArtifactKey?) -> Recipe {
        guard let part else { return self }
        return Recipe(
            kind: kind, algorithmVersion: algorithmVersion, parameters: parameters,
            inputs: inputs + [Input(SplitKeys.testRole, part)])
    }
}

extension StageKind {
    /// The names of the parameters of a seeded split.
    public static let splitParameters = SplitParameters.declared.map(\.name).sorted()

    /// Whether the stage trains on one part of its images and validates on the other.
    public var splitsImages: Bool { Self.splitParameters.allSatisfy { defaults[$0] != nil } }
}
