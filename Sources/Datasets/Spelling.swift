/// The candidate that a misspelt word most likely stands for: the one fewest edits away, if at most a third of the
/// word's letters (but always one) need changing. Case is ignored. Of equally near candidates, the first.
public func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
    let allowed = max(1, word.count / 3)
    return candidates.map { (candidate: $0, edits: editDistance(word.lowercased(), $0.lowercased())) }
        .filter { $0.edits <= allowed }
        .min { $0.edits < $1.edits }?.candidate
}

/// Insertions, deletions, substitutions and swaps of neighbours that make one text of another (the restricted
/// Damerau–Levenshtein distance).
private func editDistance(_ a: String, _ b: String) -> Int {
    let a = Array(a), b = Array(b)
    var beforeLast: [Int] = [], last = Array(0...b.count)
    for i in a.indices {
        var row = [i + 1]
        for j in b.indices {
            var edits = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { edits = min(edits, beforeLast[j - 1] + 1) }
            row.append(edits)
        }
        (beforeLast, last) = (last, row)
    }
    return last[b.count]
}
