import Datasets
import Foundation

/// Class names that a person gives.
public enum ClassNames {
    /// Those between commas.
    /// - Throws: `ModelError` for a name without letters, one that stands there twice, and fewer than two.
    public static func list(_ text: String) throws -> [Name] {
        try checked(text.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }, of: "--classes")
    }

    /// Those in the lines of a file; empty lines at its end do not count.
    /// - Throws: `ModelError` as above, with the line; where the file cannot be read or is no text.
    public static func file(_ path: String) throws -> [Name] {
        var lines: [String]
        do {
            lines = try TextFile.text(of: path).split(omittingEmptySubsequences: false) { $0.isNewline }.map { String($0) }
        } catch {
            throw ModelError("\(path): \(error)")
        }
        while let last = lines.last, last.trimmed.isEmpty { lines.removeLast() }
        return try checked(lines, of: path)
    }

    private static func checked(_ texts: [String], of source: String) throws -> [Name] {
        var places: [Name: Int] = [:], names: [Name] = []
        for (index, text) in texts.enumerated() {
            let name = Name(text.trimmed)
            guard !name.text.isEmpty else { throw ModelError("\(source): the class name number \(index + 1) is empty") }
            if let first = places.updateValue(index, forKey: name) {
                throw ModelError(
                    "\(source): the class “\(name.text.withoutControls)” is named twice, as number \(first + 1) and as number "
                        + "\(index + 1); name each class once")
            }
            names.append(name)
        }
        guard names.count > 1 else {
            throw ModelError(
                "\(source) names \(names.count == 1 ? "one class" : "no class"); there is nothing to tell apart with fewer than two"
            )
        }
        return names
    }
}

extension String {
    fileprivate var trimmed: String { trimmingCharacters(in: .whitespaces) }
}
