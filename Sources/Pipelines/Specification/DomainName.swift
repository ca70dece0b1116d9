import Datasets

/// How a pipeline tells the domains of several data sets apart: those of the data set that is learned from by their own names,
/// those of one under `targets:` as `PACS:sketch`.
enum DomainName {
    static let separator = ":"
}

extension Specification.DataSet {
    /// What the pipeline calls one of the data set's domains.
    func qualified(_ domain: Name) -> Name { label.map { Name($0 + DomainName.separator + domain.text) } ?? domain }

    /// The domain of this data set that has a name in the pipeline, if one has.
    func domain(named name: Name) -> Name? {
        guard let label else { return name }
        let prefix = (label + DomainName.separator).utf8
        return name.text.utf8.starts(with: prefix) ? Name(Substring(name.text.utf8.dropFirst(prefix.count))) : nil
    }

    /// The domains that the pipeline uses, in the order of their names.
    /// - Parameter available: the domains that are there.
    /// - Throws: `SpecificationError` at the place of a domain that is not.
    func domains(among available: some Collection<Name>) throws(SpecificationError) -> [Name] {
        let listed = domains ?? []
        if let odd = listed.first(where: { !available.contains($0.value) }) {
            throw odd.error("\(root) has no domain “\(odd.value)”\(suggestion(for: odd.value, among: Array(available)))")
        }
        // Texts' own order, which keys have been made with; of names that look alike, that of their bytes.
        return (listed.isEmpty ? Array(available) : listed.map(\.value)).sorted { ($0.text, $0) < ($1.text, $1) }
    }
}

extension Specification {
    /// What is learned from, then what else is tested on.
    var dataSets: [DataSet] { [dataSet] + targets }

    /// The data set that a domain of the pipeline belongs to, and what it is called there.
    func dataSet(of name: Name) -> (dataSet: DataSet, domain: Name) {
        for target in targets {
            if let domain = target.domain(named: name) { return (target, domain) }
        }
        return (dataSet, name)
    }
}
