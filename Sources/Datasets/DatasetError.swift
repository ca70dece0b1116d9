import Foundation

/// Why a folder cannot be used as a data set.
public enum DatasetError: Error, Equatable, Sendable {
    /// A file or folder that cannot be read.
    case unreadable(path: String, reason: String)
    /// No folder of the root holds a class folder.
    case noDomains(root: String)
    /// All domains together have a single class.
    case oneClass(root: String, name: String)
    /// A root in which none of a known data set's layouts is found.
    case noLayout(root: String, dataset: String, expected: [String])
    /// A line of a list of images that names none.
    case badList(path: String, line: Int, reason: String)
    /// A folder of split files without one for some domains, each with the names that its file may have.
    case noSplit(folder: String, domains: [Name], expected: [[String]])
    /// A split file that is none, or that contradicts itself.
    case badSplit(path: String, reason: String)
    /// Several images that cannot be read: links that lead nowhere, or listed and not there.
    case missing(paths: [String])
    /// Images that a split file names and that are not there.
    case missingOfSplit(path: String, root: String, missing: [String])
    /// A domain that cannot be split as a paper's authors do.
    case badParts(Name, root: String, reason: String)
    /// A class folder without an image.
    case emptyClass(path: String, unused: Unused = Unused())
    /// A domain that the data set does not have.
    case unknownDomain(Name, root: String, known: [Name])
}

extension DatasetError: CustomStringConvertible, LocalizedError {
    public var description: String {
        switch self {
        case .unreadable(let path, let reason):
            "cannot read “\(path)”: \(reason)"
        case .noDomains(let root):
            "“\(root)” holds no domains: images are expected at \(root)/<domain>/<class>/<image>.jpg (or \(Self.otherExtensions))"
        case .noLayout(let root, let dataset, let expected):
            "“\(root)” holds no \(dataset): expected is one of\n"
                + expected.map { "    \(root)/\($0)" }.joined(separator: "\n")
        case .badList(let path, let line, let reason):
            "\(path):\(line): \(reason)"
        case .noSplit(let folder, let domains, let expected):
            "“\(folder)” has no split of "
                + zip(domains, expected).map { "the domain “\($0)” (expected is \($1.joined(separator: " or ")))" }
                .joined(separator: ", nor of ")
        case .badSplit(let path, let reason):
            "“\(path)” is not a split of images: \(reason)"
        case .badParts(let domain, let root, let reason):
            "the domain “\(domain)” of “\(root)” cannot be split as the authors do: \(reason); have a seed split it (as: seed), or "
                + "give files that do"
        case .missing(let paths):
            "\(grouped(paths.count)) images are links that lead nowhere, or listed and not there; remove them, or leave such "
                + "files out (onBadImage: skip):\n" + Self.excerpt(of: paths)
        case .missingOfSplit(let path, let root, let missing):
            "“\(path)” names \(missing.count) images that are not under “\(root)”:\n" + Self.excerpt(of: missing)
        case .oneClass(let root, let name):
            "“\(root)” has one class only, “\(name)”: there is nothing to tell apart; add a folder for another class"
        case .emptyClass(let path, let unused):
            "the class folder “\(path)” holds no image (.jpg, \(Self.otherExtensions)): add some, or remove the folder"
                + (unused.isEmpty ? "" : " (not used there: \(unused.parts))")
        case .unknownDomain(let name, let root, let known):
            "“\(root)” has no domain “\(name)”"
                + (name.otherForm(among: known).map { "; \($0)." }
                    ?? nearest(to: name.text, among: known.map(\.text)).map { "; did you mean “\($0)”?" } ?? ";")
                + " It has " + known.map { "“\($0)”" }.joined(separator: ", ")
        }
    }

    /// A line for each of the first, and how many more there are.
    private static func excerpt(of paths: [String]) -> String {
        paths.prefix(10).map { "    \($0)" }.joined(separator: "\n")
            + (paths.count > 10 ? "\n    … and \(grouped(paths.count - 10)) more" : "")
    }

    private static let otherExtensions = ImageFolder.extensions.subtracting(["jpg"]).sorted().map { ".\($0)" }
        .joined(separator: ", ")

    public var errorDescription: String? { description }
}
