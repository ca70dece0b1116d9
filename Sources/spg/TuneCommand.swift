import ArgumentParser
import ArtifactStore
import CommandLineSupport
import Foundation
import Pipelines
import Reporting
import Stages

struct TuneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tune",
        abstract: "Chooses values of a pipeline by its source domains; no image of a target is looked at.",
        usage: "spg tune <file> [<options>]",
        discussion: """
            EXAMPLES
              spg tune Pipelines/desktop-icons-tune.yaml --dry-run
              spg tune Pipelines/desktop-icons-tune.yaml -o tuned.yaml
              spg tune Pipelines/desktop-icons.yaml --row spg \\
                --value "stages.prompts.with.learningRate=[0.03, 0.1]" --by validation

            The key tune of the file says which values are tried for which rows of the table; the options say the same. Each \
            target's values are chosen by its own sources: by testing on each of them what the others taught, or by the \
            validation images of trainings. With --target, one target's sources choose for all. Docs/tuning.md says more.

            Trials are ordinary artifacts: what was stopped goes on by the same command, and nothing is made twice.
            """)

    @OptionGroup var arguments: PipelineArguments
    @OptionGroup(title: "What to choose") var search: TuningOptions
    @OptionGroup var execution: ExecutionOptions

    @Flag(help: "Show how many trials there are, with an estimate of time and disk, and run nothing.")
    var dryRun = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Write a pipeline file that extends this one by the chosen values; it must not exist yet.", valueName: "file"),
        completion: .pipelineFiles)
    var output: String?

    @Option(help: "The format of the tables: text, markdown, latex (booktabs), or csv (long form, all digits).")
    var format = TableFormat.text

    @OptionGroup var answer: JSONOptions

    func validate() throws {
        if answer.json, format != .text { throw ValidationError("Give --format or --json, not both.") }
        if dryRun, answer.json || output != nil {
            throw ValidationError("--dry-run chooses nothing; leave \(answer.json ? "--json" : "--output") out.")
        }
    }

    func run() async throws {
        try await reportingErrors {
            let url = output.map { URL(fileURLWithPath: $0) }
            // Before anything takes a while.
            if let url { try NewFiles.checkNew(url) }
            arguments.planning.progress.apply()
            let options = arguments.planning.storeOptions, store = try dryRun ? options.openToLook() : options.open()
            defer { try? store.close() }
            if !dryRun { try store.beginWork() }
            let edits = try search.edits
            let tuning = try Tuning(
                rows: search.row, heldOut: search.target,
                reading: { try arguments.planning.specification(arguments.file, edits + $0) },
                inputs: { try arguments.planning.inputs(for: $0, in: store, recording: !dryRun) }, in: store)
            let plan = tuning.plan, work = try plan.work(Selection(), in: store)
            if dryRun {
                print(tuning.summary + "\n")
                return print(try DryRun(work, of: plan, on: execution.machine.capacity, in: store).shortText)
            }
            try plan.checkPrecision(of: work)
            if execution.isDetached { return try execution.detach(plan, in: store) }
            try plan.record(in: store, askedBy: arguments.file, edits: arguments.planning.edits)
            if !work.isEmpty { Console.standardError.note(tuning.summary) }
            let outcome = try await execution.execute(work, of: plan, in: store)
            if outcome.isInterrupted { throw CancellationError() }
            let chosen = try tuning.outcome(in: store)
            try tell(chosen)
            if let url {
                let file = try TunedFile(
                    chosen, of: arguments.file, at: url, isForGood: search.target != nil, command: command)
                try NewFiles.write([(url, Data(file.text.utf8))])
                Console.standardError.note("\(url.relativePath) has what was chosen.")
            }
            guard chosen.isWhole else { throw ExitCode(ExitStatus.stageFailed.rawValue) }
        }
    }

    private func tell(_ chosen: TuneOutcome) throws {
        if answer.json { return try answer.print(chosen, of: "tune") }
        if format == .csv { return print(chosen.longTable.csv, terminator: "") }
        print(chosen.tables.map { $0.written(as: format) }.joined(separator: "\n"), terminator: "")
    }

    /// What was typed, as far as it decides anything.
    private var command: String {
        let words = ["spg", "tune", arguments.file] + search.words + arguments.planning.edits.flatMap { ["--set", $0] }
        return words.map(\.shellWord).joined(separator: " ")
    }
}

/// What is to be chosen and how, where the command line says it and not the file.
struct TuningOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Choose for these rows of the table alone; may be given several times. By default, all under the file's key tune.",
            valueName: "stage"), completion: .rows)
    var row: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "A value to choose for the row, and what to try: a list, [0.01, 0.1], or a range, {from: 1e-3, to: 1, scale: log}; may "
                + "be given several times.",
            valueName: "key.path=choices"))
    var value: [String] = []

    @Option(help: ArgumentHelp("Try so many combinations, drawn at random; by default, all of the lists.", valueName: "n"))
    var trials: Int?

    @Option(help: ArgumentHelp("The seed of what is drawn; by default 1.", valueName: "n"))
    var seed: UInt64?

    @Option(
        help: ArgumentHelp(
            "What decides: the accuracy on each source of what the others taught (leave-one-out, the default), or on images that "
                + "trainings set aside (validation)."))
    var by: TuneSettings.Criterion?

    @Option(
        help: ArgumentHelp("Hold this domain out for good: its sources choose once, for all targets.", valueName: "domain"),
        completion: .targets)
    var target: String?

    func validate() throws {
        guard value.isEmpty || row.count == 1 else {
            throw ValidationError("--value needs one --row: the row of the table that is to be as good as can be.")
        }
    }

    /// The same as changes of the file.
    var edits: [SpecificationEdit] {
        get throws(SpecificationError) {
            var edits: [SpecificationEdit] = []
            for value in value { edits.append(try .choosing(value, row: row[0])) }
            for (name, value) in [("trials", trials.map { "\($0)" }), ("seed", seed.map { "\($0)" }), ("by", by?.rawValue)] {
                if let value { edits.append(try .tuning(name, value, option: "--\(name) \(value)")) }
            }
            return edits
        }
    }

    /// The options as they are typed.
    var words: [String] {
        let single = [
            ("--trials", trials.map { "\($0)" }), ("--seed", seed.map { "\($0)" }), ("--by", by?.rawValue),
            ("--target", target),
        ]
        return row.flatMap { ["--row", $0] } + value.flatMap { ["--value", $0] }
            + single.flatMap { name, value in value.map { [name, $0] } ?? [] }
    }
}

extension TuneSettings.Criterion: ExpressibleByArgument {}
