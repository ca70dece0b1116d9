import Foundation
import Testing

/// Docs/architecture.md, the map of the code, and the pages beside it, held against the files that are there.
@Suite("The map of the code")
struct ArchitectureTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static let pages = ["Docs/architecture.md", "Docs/performance.md", "CONTRIBUTING.md"]

    /// Every page that may have links.
    static let linkingPages: [String] = {
        let docs = (try? FileManager.default.subpathsOfDirectory(atPath: root.appending(path: "Docs").path)) ?? []
        return ["README.md", "CONTRIBUTING.md"] + docs.filter { $0.hasSuffix(".md") }.sorted().map { "Docs/\($0)" }
    }()

    /// Folders of the repository that pages name files of.
    private static let folders: Set = [".ci", "Docs", "Models", "Pipelines", "Scripts", "Sources", "Tests"]

    private static func text(of page: String) throws -> String {
        try String(contentsOf: root.appending(path: page), encoding: .utf8)
    }

    private static func isThere(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path)
    }

    /// The names in each row of the table of modules, from its top.
    private static func moduleRows() throws -> [[String]] {
        let sections = try text(of: "Docs/architecture.md").components(separatedBy: "\n## ")
        let section = sections.first { $0.hasPrefix("Modules\n") } ?? ""
        var rows: [[String]] = []
        for line in section.split(separator: "\n") where line.hasPrefix("| `") {
            // | `Names` `between` `backticks` | what they hold |
            let cell = line.split(separator: "|")[0]
            rows.append(cell.split(separator: "`").map { String($0) }.filter { !$0.allSatisfy(\.isWhitespace) })
        }
        return rows
    }

    /// The paths of the repository that a page names, each with where it may lie: paths of the map are under Sources.
    private static func paths(in page: String) throws -> [(name: String, places: [String])] {
        let modules = Set(try moduleRows().joined())
        let words = try text(of: page).split(whereSeparator: {
            $0.isWhitespace || "`()[]<>{}|,;:#*…“”\"".contains($0)
        })
        var paths: [(name: String, places: [String])] = []
        for word in words {
            var word = word
            while let last = word.last, last == "." || last == "/" { word.removeLast() }
            let parts = word.split(separator: "/").map(String.init)
            guard parts.count > 1 else { continue }
            var places: [String] = []
            if folders.contains(parts[0]) { places.append(String(word)) }
            if modules.contains(parts[0]) { places.append("Sources/\(word)") }
            if !places.isEmpty { paths.append((name: String(word), places: places)) }
        }
        return paths
    }

    @Test("Every file and folder that the pages name is there", arguments: pages)
    func paths(page: String) throws {
        let paths = try Self.paths(in: page)
        #expect(paths.count >= (page == Self.pages[0] ? 100 : 1), "\(page) names \(paths.count) paths")
        for path in paths {
            let isThere = path.places.contains { Self.isThere($0) }
            #expect(isThere, "\(page) names \(path.name), which is not there")
        }
    }

    @Test("Every link leads to a page that is there, and to a heading of it", arguments: linkingPages)
    func links(page: String) throws {
        let own = Self.root.appending(path: page)
        for link in try Self.text(of: page).matches(of: #/\]\(([^)#:]*)(#[^)]*)?\)/#) {
            let name = String(link.output.1), anchor = link.output.2.map { String($0.dropFirst()) }
            let target =
                name.isEmpty
                ? own : own.deletingLastPathComponent().appending(path: name).standardizedFileURL
            guard FileManager.default.fileExists(atPath: target.path) else {
                Issue.record("\(page) links to \(name), which is not there")
                continue
            }
            guard let anchor else { continue }
            let headings = try Self.anchors(in: String(contentsOf: target, encoding: .utf8))
            #expect(headings.contains(anchor), "\(page) links to \(name)#\(anchor): there is no such heading")
        }
    }

    /// What the headings of a page are called in links.
    private static func anchors(in text: String) -> Set<String> {
        var anchors: Set<String> = []
        for line in text.split(separator: "\n") where line.hasPrefix("#") {
            let heading = line.drop { $0 == "#" }.dropFirst().lowercased()
            let kept = heading.filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }
            anchors.insert(kept.replacing(" ", with: "-"))
        }
        return anchors
    }

    @Test("The table of modules has each folder of Sources once")
    func modules() throws {
        let listed = try Self.moduleRows().flatMap { $0 }
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.root.appending(path: "Sources").path)
        #expect(listed.sorted() == folders.filter { !$0.hasPrefix(".") }.sorted())
    }

    @Test("A module imports only modules that stand above it in the table")
    func imports() throws {
        let rows = try Self.moduleRows()
        var places: [String: Int] = [:]
        for (place, names) in rows.enumerated() {
            // In an import, a hyphen of a name is an underscore.
            for name in names { places[name.replacing("-", with: "_")] = place }
        }
        var count = 0
        for (place, names) in rows.enumerated() {
            for module in names {
                let folder = Self.root.appending(path: "Sources/\(module)")
                let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
                for file in files where file.hasSuffix(".swift") {
                    let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
                    for line in text.split(separator: "\n") {
                        guard let imported = Self.importedModule(line), let other = places[imported] else { continue }
                        count += 1
                        #expect(
                            other < place,
                            "Sources/\(module)/\(file) imports \(imported), which is not above it in the table")
                    }
                }
            }
        }
        #expect(count > 300, "\(count) imports were found")
    }

    @Test("A target depends on the modules that it imports, and on no others")
    func dependencies() throws {
        let products = ["grdb": "GRDB", "yams": "Yams", "arguments": "ArgumentParser"]
        let targets = try Self.text(of: "Package.swift").matches(of: #/name: "([\w-]+)",\s*dependencies: \[([^\]]*)\]/#).map {
            target in
            let names = target.output.2.split { $0 == "," || $0.isWhitespace }.map { name in
                name.hasPrefix("\"") ? String(name.dropFirst().dropLast()) : products[String(name)] ?? String(name)
            }
            return (name: String(target.output.1), dependencies: Set(names))
        }
        #expect(targets.count > 25, "\(targets.count) targets were found")
        let modules = Set(targets.flatMap(\.dependencies))
        // C targets include headers, and what their dependencies link.
        for target in targets where !["CImaging", "CPanels", "CProcessor"].contains(target.name) {
            let places = ["Sources/\(target.name)", "Tests/\(target.name)", "Tests/Support"].filter { Self.isThere($0) }
            let folder = Self.root.appending(path: places[0])
            var imported: Set<String> = []
            for file in try FileManager.default.subpathsOfDirectory(atPath: folder.path) where file.hasSuffix(".swift") {
                let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
                imported.formUnion(text.split(separator: "\n").compactMap { Self.importedModule($0) })
            }
            // Programs that tests run are depended on, and not imported.
            let needed = target.dependencies.filter { !$0.hasPrefix("spg") }
            #expect(imported.intersection(modules).subtracting(needed).isEmpty, "\(target.name) imports what it does not name")
            #expect(needed.subtracting(imported).isEmpty, "\(target.name) names what it does not import")
        }
    }

    /// The module that a line imports, or a declaration of which it imports; nil for any other line.
    private static func importedModule(_ line: Substring) -> String? {
        let access: Set = ["public", "package", "internal", "fileprivate", "private"]
        let declarations: Set = ["struct", "class", "enum", "protocol", "typealias", "func", "let", "var"]
        var words = line.split(whereSeparator: \.isWhitespace)[...]
        while let word = words.first, word.hasPrefix("@") || access.contains(String(word)) { words.removeFirst() }
        guard words.popFirst() == "import" else { return nil }
        if let word = words.first, declarations.contains(String(word)) { words.removeFirst() }
        guard let path = words.first else { return nil }
        // Of “import struct GRDB.Row”, the part before the full stop.
        return String(path.prefix { $0 != "." })
    }
}
