import Datasets
import Foundation

extension String {
    /// A part of a file's or folder's name for any text, another one for each: letters, digits and a few signs stand for
    /// themselves, the bytes of all others are written as URLs have them.
    var folderName: String {
        var name = ""
        for character in self {
            let isPlain =
                character.isLetter || character.isNumber || "-_+".contains(character)
                || character == "." && !name.isEmpty
            name += isPlain ? String(character) : character.utf8.map { String(format: "%%%02X", $0) }.joined()
        }
        return name
    }

    /// The name, as long as file systems take it (255 bytes): what is longer ends with digits of a digest of the whole.
    var shortenedName: String {
        let longest = 200
        guard utf8.count > longest else { return self }
        let digits = Digest(of: Data(utf8)).short
        var start = Substring(self)
        while start.utf8.count + 1 + digits.utf8.count > longest { start.removeLast() }
        return "\(start)-\(digits)"
    }
}
