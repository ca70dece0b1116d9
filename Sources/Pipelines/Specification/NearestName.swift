/// The name that a misspelt one was most likely meant to be, or nil if none is near.
///
/// Near is an edit distance of at most a third of the name's length; case, hyphens and underscores count for nothing.
func nearest(to name: String, among names: some Sequence<String>) -> String? {
    let wanted = bare(name)
    let candidates = names.map { (name: $0, distance: editDistance(wanted, bare($0))) }
    guard let best = candidates.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }) else { return nil }
    return best.distance <= max(1, wanted.count / 3) ? best.name : nil
}

/// “did you mean …?” where a name is near, and the names there are.
func suggestion(for name: String, among names: some Collection<String>) -> String {
    guard !names.isEmpty else { return "" }
    let known = names.sorted().joined(separator: ", ")
    guard let nearest = nearest(to: name, among: names) else { return "; known: \(known)" }
    return "; did you mean “\(nearest)”? (known: \(known))"
}

private func bare(_ name: String) -> [Character] {
    name.lowercased().filter { $0 != "-" && $0 != "_" }
}

/// How many insertions, deletions, replacements and swaps of neighbours turn one word into the other.
package func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    var beforeLast = [Int](), last = [Int](), row = Array(0...b.count)
    for i in a.indices {
        (beforeLast, last) = (last, row)
        row = [i + 1] + row.dropFirst()
        for j in b.indices {
            row[j + 1] = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                row[j + 1] = min(row[j + 1], beforeLast[j - 1] + 1)
            }
        }
    }
    return row[b.count]
}
