import Datasets
import Foundation

extension DomainManifest {
    /// The recipe of the `images` artifact that this manifest is: domain, classes, and the digest and label of each
    /// image. Neither paths nor the data set's name count, so a tree that is moved or renamed stays the same artifact.
    public var recipe: Recipe {
        var contents: [UInt8] = []
        contents.reserveCapacity(images.count * 36)
        for image in images {
            image.digest.withUnsafeBytes { contents += $0 }
            contents += withUnsafeBytes(of: UInt32(image.label).littleEndian, Array.init)
        }
        return Recipe(
            kind: .images, algorithmVersion: 1,
            parameters: [
                "domain": .string(domain.text),
                "classes": .array(classes.map { .string($0.text) }),
                "count": .number(Double(images.count)),
                "contents": .string(Digest(of: contents).description),
            ],
            inputs: [])
    }

    /// The key of the `images` artifact that this manifest is.
    public var key: ArtifactKey { recipe.key }
}
