import Datasets

/// “; did you mean …?” where a name is near, and the names there are.
func suggestion(for name: String, among names: some Collection<String>) -> String {
    guard !names.isEmpty else { return "" }
    let known = names.sorted().joined(separator: ", ")
    guard let nearest = nearest(to: name, among: names.sorted()) else { return "; known: \(known)" }
    return "; did you mean “\(nearest)”? (known: \(known))"
}

/// As of texts; where one is there that looks the same, what to do about it.
func suggestion(for name: Name, among names: [Name]) -> String {
    name.otherForm(among: names).map { "; \($0)" } ?? suggestion(for: name.text, among: names.map(\.text))
}
