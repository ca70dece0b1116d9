import ArtifactStore
import Datasets
import PromptLearning

/// Everything that decides what a command of the user's own makes, its inputs' keys aside.
public struct CommandParameters: Codable, Hashable, Sendable {
    /// A format that artifacts are handed over in: the extension of the file.
    public enum Format: String, Codable, CaseIterable, Sendable {
        case safetensors, npy, npz, csv, pt
        /// A folder with the files that another command has written.
        case folder
    }

    /// The text for the shell; `${inputs.NAME}`, `${outputs.NAME}` and `${files.NAME}` stand for paths.
    public var command: String
    /// The format of each role's artifacts.
    public var inputs: [String: Format]
    /// Of the roles that several artifacts play, the cell of each: what a command is told of them.
    public var cells: [String: [JSONValue]]
    /// The digest of each file that the command reads besides.
    public var files: [String: Digest]
    /// The file name of each output.
    public var outputs: [String: String]
    /// What it predicts; nil where what it makes is files.
    public var evaluates: Evaluated?

    /// That one of the outputs is predictions, and of what.
    public struct Evaluated: Codable, Hashable, Sendable {
        /// The role of the embeddings whose images are predicted. What other roles take has been learned from.
        public var images: String
        /// What the store calls the method.
        public var method: String
        /// Of what was learned; nil where there is none.
        public var seed: Int?

        public init(images: String, method: String, seed: Int? = nil) {
            (self.images, self.method, self.seed) = (images, method, seed)
        }
    }

    public init(
        command: String, inputs: [String: Format], cells: [String: [JSONValue]], files: [String: Digest],
        outputs: [String: String], evaluates: Evaluated? = nil
    ) {
        self.command = command
        self.inputs = inputs
        self.cells = cells
        self.files = files
        self.outputs = outputs
        self.evaluates = evaluates
    }

    /// The name of the output that is no file but figures.
    public static let metricsName = "metrics"
    /// The name of the output that an evaluation is made of.
    public static let predictionsName = "predictions"

    var makes: ArtifactKind { evaluates == nil ? .files : .evaluation }
}

extension StageKind {
    /// A command of the user's own.
    /// - Parameters:
    ///   - roles: what its inputs are called.
    ///   - makes: files, or an evaluation of the predictions that it writes.
    public static func command(roles: [Role], makes: ArtifactKind = .files) -> StageKind {
        StageKind(
            name: commandName, executable: commandExecutable, makes: makes, algorithmVersion: 1,
            parameters: [DeclaredParameter("command", standard: "", ParameterDescription("The text for the shell."))],
            roles: roles, isNamedInRecipes: false)
    }

    /// As written after `uses:`.
    public static let commandName = "command"
    /// The program that runs commands.
    package static let commandExecutable = "spg-command"
}

extension ArtifactKind {
    /// The formats that artifacts of the kind can be handed over in; the first is taken where none is asked for.
    public var handOverFormats: [CommandParameters.Format] {
        switch self {
        case .images: [.csv]
        case .embeddings, .prompt: [.safetensors, .npy, .npz, .csv, .pt]
        case .generator: [.safetensors, .npz, .pt]
        case .evaluation: [.csv, .safetensors, .npy, .npz, .pt]
        case .files: [.folder]
        }
    }
}
