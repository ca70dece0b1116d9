import ArtifactStore
import PromptLearning

/// What a pipeline file may name after `uses:`: which program runs, what it makes, what it takes.
public struct StageKind: Sendable {
    /// Whose artifacts an input is.
    public enum Scope: Sendable {
        /// Of the domain the instance is for.
        case domain
        /// Of every domain that is learned from: all but the target, or the one source, or, where other data sets are tested
        /// on, all.
        case sources
        /// Of the target domain.
        case target
        /// The one artifact of the input stage for the same cell of the matrix.
        case cell
        /// All artifacts of the input stage, as far as their cells agree with the stage's own.
        case all
    }

    /// An input of a stage.
    ///
    /// A role for `images` is filled by the data set, every other one by a stage named under `from:`.
    public struct Role: Sendable {
        /// The key under `from:`, and the executable's option.
        public var name: String
        /// Nil where any will do.
        public var kind: ArtifactKind?
        public var scope: Scope
        public var isRequired: Bool
        /// What a parameter changes about it. It must then be filled wherever it takes something.
        public var choice: Choice?

        public init(
            _ name: String, _ kind: ArtifactKind?, _ scope: Scope, isRequired: Bool = true, choice: Choice? = nil
        ) {
            self.name = name
            self.kind = kind
            self.scope = scope
            self.isRequired = isRequired
            self.choice = choice
        }

        /// Whose artifacts it takes where the stage's parameters are these; nil where it takes none.
        public func scope(for parameters: JSONValue) -> Scope? {
            guard let choice, case .string(let word)? = parameters[choice.parameter], let chosen = choice.scopes[word]
            else { return scope }
            return chosen
        }

        /// Whose artifacts it takes, for people.
        public var whose: String {
            switch scope {
            case .domain: "of the domain"
            case .sources, .all: "of each source domain"
            case .target: "of the target domain"
            case .cell: "to use"
            }
        }

        /// Whether several artifacts may fill it. Of a role for one domain, too: the stage may pool several.
        public var takesSeveral: Bool {
            switch scope {
            case .domain, .sources, .all: true
            case .target, .cell: false
            }
        }
    }

    /// A parameter, a word, that decides whose artifacts a role takes.
    public struct Choice: Sendable {
        public var parameter: String
        /// By the parameter's value; nil for none at all. The role's own scope where a value is not listed.
        public var scopes: [String: Scope?]

        public init(_ parameter: String, _ scopes: [String: Scope?]) {
            (self.parameter, self.scopes) = (parameter, scopes)
        }
    }

    /// As written after `uses:`.
    public var name: String
    public var executable: String
    /// What comes first on its command line, where the program has commands.
    public var command: [String]
    public var makes: ArtifactKind
    public var algorithmVersion: Int
    /// The schema of `with:`.
    public let parameters: [DeclaredParameter]
    /// Every parameter with its default value.
    public let defaults: JSONValue
    /// Parameters that are paths of files. In a recipe stands the SHA-256 of the file's bytes instead.
    public let files: Set<String>
    /// Parameters that came after artifacts had been made without them: at their default they are in no recipe, so that
    /// the keys of those artifacts stay.
    public let laterParameters: Set<String>
    public var roles: [Role]
    /// What several prompts that it takes must have in common.
    public var promptsTaken = PromptsTaken.any
    /// Whether it reads class names, by the checkpoint's text encoder and its tokenizer.
    public var readsTexts: Bool { trains || makes == .evaluation && name != Self.commandName }
    /// Whether recipes say which kind they are of. The first kinds' do not, and each of those has parameters of its own.
    public var isNamedInRecipes: Bool
    /// Whether it trains, keeping checkpoints on the way: its executable takes `--save-every`.
    public var trains: Bool
    /// Whether a training keeps the epoch that is best on validation images, so that it cannot do without them; else the last.
    public var choosesEpoch = true
    /// What making an artifact comes to; nil where no formula is known. It is then estimated from what artifacts of the kind
    /// took, by their images and epochs, and not at all before there are any.
    public var work: (@Sendable (StageSize) -> Work)?
    /// Refuses values, of the right types, that no run could use: throws an `UnfitParameter`. Gives what others ask of the
    /// model and of the classes.
    public var check: @Sendable (_ parameters: JSONValue) throws(UnfitParameter) -> [ModelNeed]

    public init(
        name: String, executable: String, command: [String] = [], makes: ArtifactKind, algorithmVersion: Int,
        parameters: [DeclaredParameter] = [], roles: [Role], isNamedInRecipes: Bool = true, trains: Bool = false,
        work: (@Sendable (StageSize) -> Work)? = nil,
        check: @escaping @Sendable (_ parameters: JSONValue) throws(UnfitParameter) -> [ModelNeed] = {
            _ throws(UnfitParameter) in []
        }
    ) {
        self.name = name
        self.executable = executable
        self.command = command
        self.makes = makes
        self.algorithmVersion = algorithmVersion
        self.parameters = parameters
        defaults = .object(parameters.reduce(into: [:]) { $0[$1.name] = $1.json })
        files = Set(parameters.filter(\.facts.isFile).map(\.name))
        laterParameters = Set(parameters.filter(\.facts.cameLater).map(\.name))
        self.roles = roles
        self.isNamedInRecipes = isNamedInRecipes
        self.trains = trains
        self.work = work
        self.check = check
    }

    /// The recipe of an artifact of this kind. It names the kind as the parameter `stage`.
    /// - Parameter parameters: all of them, not only those that differ from the defaults; digests in place of files.
    public func recipe(_ parameters: JSONValue, inputs: [Recipe.Input]) -> Recipe {
        var parameters = parameters
        if case .object(var members) = parameters {
            members = members.filter { !laterParameters.contains($0.key) || $0.value != defaults[$0.key] }
            if isNamedInRecipes { members["stage"] = .string(name) }
            parameters = .object(members)
        }
        return Recipe(kind: makes, algorithmVersion: algorithmVersion, parameters: parameters, inputs: inputs)
    }
}

extension StageKind {
    /// Parameters with those that came later, where they are left out, at their defaults: what a recipe leaves out.
    package func completed(_ parameters: JSONValue) -> JSONValue {
        .object(defaults.members.filter { laterParameters.contains($0.key) }.merging(parameters.members) { $1 })
    }

    /// A parameter by its name.
    public func parameter(_ name: String) -> DeclaredParameter? { parameters.first { $0.name == name } }
}

extension StageKind {
    /// Whether an artifact of what this kind makes was made by it: its recipe names it or, of the first kinds, has its
    /// parameters and roles.
    package func made(_ recipe: Recipe) -> Bool {
        if let name = recipe.parameters["stage"] { return name == .string(self.name) }
        guard !isNamedInRecipes else { return false }
        let parameters = Set(recipe.parameters.members.keys).subtracting(["encoder"]), known = Set(defaults.members.keys)
        let optional = laterParameters.union(Self.splitParameters)
        let roles = Set(recipe.inputs.map(\.role)).subtracting(SplitKeys.roles + [SplitKeys.testRole])
        return parameters.isSubset(of: known) && known.subtracting(optional).isSubset(of: parameters)
            && roles.isSubset(of: self.roles.map(\.name))
            && Set(self.roles.filter(\.isRequired).map(\.name)).isSubset(of: roles)
    }
}
