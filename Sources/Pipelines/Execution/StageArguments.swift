import ArtifactStore
import Datasets
import Stages

extension Instance {
    /// The command line of the stage's executable, without its name and the kind's `command`.
    ///
    /// `--store`, `--threads` and `--checkpoint`; each input as `--ROLE=KEY`, or the data set, the domain and the precision
    /// and preprocessing (or imported encoder) for a stage that reads images; each parameter as `--kebab-case=VALUE`. Lists
    /// repeat their option, truth values are `--name` or `--no-name`, and a parameter that is nothing is left out. “=” joins
    /// values to names, for a value may begin with a hyphen.
    ///
    /// Of a command of the user's own all parameters come as JSON, its inputs as `--input=ROLE=KEY`, and where its files are
    /// as `--file=NAME=PATH`.
    public func arguments(for specification: Specification, store: String, threads: Int) -> [String] {
        ["--store=\(store)", "--threads=\(threads)"] + arguments(for: specification)
    }

    /// The same without `--store` and `--threads`.
    /// - Parameter images: the manifest in the store that takes the place of the data set's folder, for a stage that reads images.
    func arguments(for specification: Specification, images: ArtifactKey? = nil) -> [String] {
        if let command = specification.stage(stage)?.command {
            return ["--parameters=\(recipe.parameters.canonicalText)"]
                + recipe.inputs.map { "--input=\($0.role)=\($0.key)" }
                + command.files.sorted { $0.key < $1.key }.map { "--file=\($0.key)=\($0.value.value)" }
        }
        var arguments = ["--checkpoint=\(specification.checkpoint.value)"]
        if kind.readsImages {
            let (dataSet, domain) = specification.dataSet(of: Name(cell[domainAxis].text))
            arguments += images.map { ["--images=\($0)"] } ?? Self.options(dataSet, domain)
            arguments += [
                "--on-bad-image=\(dataSet.onBadImage.rawValue)",
                specification.importedEncoder.map { "--imported=\($0)" }
                    ?? "--precision=\(specification.precision.value.rawValue)",
            ]
            let order = specification.preprocessing
            if order != .dassl { arguments.append("--preprocessing=\(order.rawValue)") }
            if fillsNorms { arguments.append("--norms") }
        }
        for (input, source) in zip(recipe.inputs, sources) {
            let isPart = (SplitKeys.roles + [SplitKeys.testRole]).contains(input.role)
            if case .images = source, !isPart { continue }
            arguments.append("--\(input.role.kebabCased)=\(input.key)")
        }
        for (name, value) in recipe.parameters.members.sorted(by: { $0.key < $1.key }) {
            if kind.defaults[name] != nil {
                arguments += Self.options(name.kebabCased, files[name].map(JSONValue.string) ?? value)
            }
        }
        return arguments
    }

    /// Where images lie, and which of them are meant.
    private static func options(_ dataSet: Specification.DataSet, _ domain: Name) -> [String] {
        ["--data=\(dataSet.root)", "--dataset=\(dataSet.name)", "--domain=\(domain)"]
            + (dataSet.names == .bytes ? [] : ["--normalize-names=\(dataSet.names.rawValue)"])
            + {
                switch dataSet.splits?.value {
                case nil: []
                case .files(let folder): ["--splits=\(folder)"]
                case .authors(let split): ["--splits-as=\(split.authors.rawValue)", "--split-seed=\(split.seed)"]
                }
            }()
    }

    private static func options(_ name: String, _ value: JSONValue) -> [String] {
        switch value {
        case .null: []
        case .bool(let isOn): [isOn ? "--\(name)" : "--no-\(name)"]
        case .number, .integer, .string, .object: ["--\(name)=\(value.plainText)"]
        case .array(let elements): elements.map { "--\(name)=\($0.plainText)" }
        }
    }
}
