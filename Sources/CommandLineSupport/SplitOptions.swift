import ArgumentParser
import ArtifactStore
import Datasets
import Stages

extension AuthorsSplit.Authors: ExpressibleByArgument {}

/// A split that files gave, for stages that train: `--train KEY --validation KEY`, for each domain.
public struct SplitOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The training images of each domain, as spg-extract --splits prints them; replaces --split-seed.",
            valueName: "key"), completion: .artifacts(.images))
    public var train: [String] = []

    @Option(
        help: ArgumentHelp("The validation images of each domain, in the same order.", valueName: "key"),
        completion: .artifacts(.images))
    public var validation: [String] = []

    public init() {}

    /// Refuses lists of different lengths.
    /// - Throws: `ValidationError`.
    public func validate() throws {
        guard train.count == validation.count else {
            throw ValidationError(
                "\(train.count) --train but \(validation.count) --validation: give one of each for each domain")
        }
    }

    /// The artifacts that are meant.
    /// - Throws: `StoreError` for the first name that stands for none, or for several.
    public func keys(in store: ArtifactStore) throws -> [SplitKeys] {
        try zip(store.resolve(train, kind: .images), store.resolve(validation, kind: .images)).map {
            SplitKeys(train: $0, validation: $1)
        }
    }
}
