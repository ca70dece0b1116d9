import ArgumentParser
import CommandLineSupport
import Datasets
import Foundation
import Stages

struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict", abstract: "Classifies pictures by a model: prints the class and its probability.",
        discussion: """
            EXAMPLES
              spg predict "spg(target tango, seed 1)" my-icons/ \\
                --pipeline Pipelines/desktop-icons.yaml
              spg predict coop/tango/1 a.png b.jpg --top 3
              spg predict zero-shot my-icons/ --template "an icon of a {}." \\
                --classes "folder,printer,clock"
              find . -name "*.png" -print0 | spg predict model.spg - --null --format jsonl

            Folders are searched for pictures, folders below them included. “-” reads names from standard input, one in each \
            line. Answers have the order of the input. A file that cannot be read is named on standard error, and the rest is \
            predicted; the status is 65 then. Docs/predicting.md says more.
            """)

    @Argument(help: ModelOptions.help, completion: .models)
    var model: String

    @Argument(
        help: ArgumentHelp("Pictures, folders, or - for a list on standard input.", valueName: "image"), completion: .file())
    var images: [String]

    @OptionGroup var options: ModelOptions
    @OptionGroup var threading: ThreadOptions

    @Option(help: "The format of the answers: text, jsonl, csv, or tsv.")
    var format = AnswerFormat.text

    @Option(help: ArgumentHelp("How many classes to print for each image, the most probable first.", valueName: "k"))
    var top = 1

    @Flag(help: "End at the first file that cannot be read.")
    var failFast = false

    @Flag(help: "Names on standard input end with a zero byte, as find -print0 writes them, and not with a line feed.")
    var null = false

    func validate() throws {
        guard top > 0 else { throw ValidationError("--top must be at least 1, not \(top)") }
        if images.contains("") { throw ValidationError("A picture's name is empty.") }
        if images.count(where: { $0 == "-" }) > 1 { throw ValidationError("Standard input can be read once.") }
    }

    func run() throws {
        try reportingErrors {
            threading.apply()
            options.planning.progress.apply()
            let model = try options.model(model)
            if model.isOfImportedFeatures {
                Console.standardError.warning(
                    "the model was learned and evaluated on features that were imported; pictures are encoded here, and "
                        + "probabilities may differ in their last digits")
            }
            var session = PredictionSession(model, best: top, format, isFailFast: failFast)
            for image in images {
                if image == "-" {
                    try NamesOnStandardInput(endingWith: null ? 0 : UInt8(ascii: "\n")).forEach { name in
                        switch name {
                        case .success(let path): try session.take(path)
                        case .failure(let error): try session.note("\(error) is not UTF-8; rename the file")
                        }
                    }
                } else {
                    try session.take(image)
                }
            }
            try session.finish()
        }
    }
}

extension AnswerFormat: ExpressibleByArgument {}

/// Files on their way to answers, which are printed as they come.
private struct PredictionSession {
    private var predictor: Predictor
    private let lines: AnswerLines
    private let isFailFast: Bool
    private var batch: [String] = [], answers = 0, failures = 0

    init(_ model: Model, best count: Int, _ format: AnswerFormat, isFailFast: Bool) {
        predictor = Predictor(model, best: count)
        lines = AnswerLines(format, of: model.parts, best: count)
        self.isFailFast = isFailFast
        print(lines.header, terminator: "")
    }

    /// Takes a file, or all pictures of a folder.
    mutating func take(_ path: String) throws {
        try PictureFiles.forEach(at: path) { finding throws in
            switch finding {
            case .file(let path):
                batch.append(path)
                if batch.count >= predictor.filesAtATime { try classify() }
            case .problem(let path, let reason):
                try note("\(path.withoutControls) \(reason)")
            }
        }
    }

    private mutating func classify() throws {
        let files = batch
        batch = []
        try tell(predictor.classify(files))
    }

    private mutating func tell(_ outcomes: [Predictor.Outcome]) throws {
        for outcome in outcomes {
            switch outcome {
            case .answer(let answer):
                if answer.isWhite {
                    Console.standardError.warning(
                        "\(answer.path.withoutControls): nothing but white is left of its 16-bit grey, which is clipped at 255")
                }
                print(lines.line(answer), terminator: "")
                answers += 1
            case .failure(let path, let error):
                try note("\(path.withoutControls) \(error.problem)")
            }
        }
        fflush(nil)  // Answers are there as soon as they are known.
    }

    /// Says what is wrong with a file, and counts it.
    mutating func note(_ problem: String) throws {
        failures += 1
        Console.standardError.line("Error: \(problem)")
        if isFailFast { throw ExitCode(ExitStatus.badData.rawValue) }
    }

    mutating func finish() throws {
        try classify()
        try tell(predictor.finish())
        guard failures > 0 || answers == 0 else { return }
        Console.standardError.line(
            failures == 0
                ? "Error: there are no pictures (\(ImageFolder.extensions.sorted().map { ".\($0)" }.joined(separator: ", "))) in what was given"
                : "\(answers) \(answers == 1 ? "image was" : "images were") predicted, \(failures) could not be read")
        throw ExitCode(ExitStatus.badData.rawValue)
    }
}
