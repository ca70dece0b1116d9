import Datasets

/// One of the parts in which images are encoded on several machines, such as 2/8.
public struct ImagePart: Hashable, Sendable {
    /// From 0.
    public let index: Int
    public let count: Int

    /// Reads `i/n`, where i is from 1 to n; nil for any other text.
    public init?(_ text: String) {
        let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 2, let number = numbers[0], let count = numbers[1], count >= 1, (1...count).contains(number)
        else { return nil }
        (index, self.count) = (number - 1, count)
    }

    /// Those of a domain's images that are in it.
    /// - Throws: `StageInputError` where none is.
    public func images(of manifest: DomainManifest) throws -> DomainManifest {
        let part = manifest.part(index, of: count)
        guard !part.images.isEmpty else {
            throw StageInputError(
                "part \(self) of \(manifest.domain) has no images: there are \(manifest.images.count) in all; use fewer parts")
        }
        return part
    }
}

extension ImagePart: CustomStringConvertible {
    public var description: String { "\(index + 1)/\(count)" }
}
