/// Which images of a domain train and which validate, by where they lie and by chance.
package enum SplitRule: Hashable, Sendable {
    /// A share of each class folder trains, rounded to the nearest whole number and halves to the even one, as Python's
    /// `round` does; the others validate.
    case share(Double)
    /// Shares of each class folder, rounded up. What is in neither is not used.
    case shares(train: Double, validation: Double)
    /// The folders that the class folders lie in. Nothing is drawn.
    case folders(train: [String], validation: [String])
    /// A share of the domain, whatever its classes, rounded down, validates; the others train.
    case heldOut(Double)

    /// The folders that it names, for people.
    var folders: String {
        if case .folders(let train, let validation) = self { (train + validation).joined(separator: ", ") } else { "" }
    }

    /// - Parameters:
    ///   - entries: the images of a domain. Those of a class folder follow one another.
    ///   - classes: the names of the classes, by label.
    ///   - seed: decides which images are in which part where that is drawn: they are put in the order of a hash of the
    ///     seed, their class and their file's name. So no file is read.
    /// - Returns: places in `entries`; nil where no image lies in one of the folders that the rule names.
    package func parts(
        of entries: [ImageFolder.Entry], classes: [Name], seed: UInt64
    ) -> (train: [Int], validation: [Int])? {
        func order(_ places: [Int]) -> [Int] { Self.order(of: places, in: entries, classes, seed) }
        switch self {
        case .share(let share):
            return Self.joined(
                Self.classFolders(of: entries).map { folder in
                    let count = Int((share * Double(folder.count)).rounded(.toNearestOrEven))
                    let order = order(folder)
                    return (order.prefix(count), order.dropFirst(count))
                })
        case .shares(let train, let validation):
            return Self.joined(
                Self.classFolders(of: entries).map { folder in
                    let counts = [train, validation].map { Int((Double(folder.count) * $0).rounded(.up)) }
                    let order = order(folder)
                    return (order.prefix(counts[0]), order.dropFirst(counts[0]).prefix(counts[1]))
                })
        case .folders(let train, let validation):
            return Self.parts(of: entries, lyingIn: train, validation)
        case .heldOut(let share):
            let order = order(Array(entries.indices)), count = Int(share * Double(entries.count))
            return (Array(order.dropFirst(count)), Array(order.prefix(count)))
        }
    }

    private static func joined(_ parts: [(ArraySlice<Int>, ArraySlice<Int>)]) -> (train: [Int], validation: [Int]) {
        (parts.flatMap(\.0), parts.flatMap(\.1))
    }

    /// The images of each class folder: of one class, and in one folder.
    private static func classFolders(of entries: [ImageFolder.Entry]) -> [[Int]] {
        var folders: [[Int]] = []
        var last: (label: Int, folder: Substring)?
        for (place, entry) in entries.enumerated() {
            let folder = entry.path.text.folderPath
            if let last, last.label == entry.label, last.folder.utf8.elementsEqual(folder.utf8) {
                folders[folders.count - 1].append(place)
            } else {
                folders.append([place])
                last = (entry.label, folder)
            }
        }
        return folders
    }

    private static func order(
        of places: [Int], in entries: [ImageFolder.Entry], _ classes: [Name], _ seed: UInt64
    ) -> [Int] {
        let seed = withUnsafeBytes(of: seed.littleEndian, Array.init)
        return places.map { place in
            let name = classes[entries[place].label].text.utf8 + [0] + entries[place].path.text.fileName.utf8
            return (rank: Digest(of: Array("part".utf8) + seed + name), place: place)
        }
        .sorted { ($0.rank, $0.place) < ($1.rank, $1.place) }.map(\.place)
    }

    private static func parts(
        of entries: [ImageFolder.Entry], lyingIn train: [String], _ validation: [String]
    ) -> (train: [Int], validation: [Int])? {
        var parts: (train: [Int], validation: [Int]) = ([], [])
        for (place, entry) in entries.enumerated() {
            let names = entry.path.text.utf8.split(separator: UInt8(ascii: "/")).dropLast(2)
            guard let folder = names.last.map({ String(Substring($0)) }) else { continue }
            if train.contains(folder) { parts.train.append(place) }
            if validation.contains(folder) { parts.validation.append(place) }
        }
        return parts.train.isEmpty || parts.validation.isEmpty ? nil : parts
    }
}
