import ArgumentParser
import CommandLineSupport
import Datasets
import Reporting
import Stages

struct StagesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stages",
        abstract: "Lists the kinds of stages that a pipeline can use, or the inputs and parameters of one.",
        discussion: """
            EXAMPLE
              spg stages
              spg stages evaluate-prompts
              spg stages --all --format markdown
            """)

    @Argument(
        help: ArgumentHelp("What stands after “uses:”.", valueName: "kind"),
        completion: .list(StageKind.all.map(\.name)))
    var kind: String?

    @Flag(help: "Show the inputs and parameters of every kind.")
    var all = false

    @OptionGroup var answer: JSONOptions

    @Option(help: "The format of the table.")
    var format = TableFormat.text

    func validate() throws {
        if answer.json, format != .text { throw ValidationError("Give --format or --json, not both.") }
        guard let kind, method == nil else { return }
        let hint = nearest(to: kind, among: StageKind.all.map(\.name)).map { "; did you mean “\($0)”?" } ?? ""
        throw ValidationError("there is no kind of stage “\(kind)”\(hint)")
    }

    private var method: (any StageMethod.Type)? { Methods.all.first { $0.kind.name == kind } }

    func run() throws {
        if answer.json {
            let stages = (method.map { [$0] } ?? Methods.all).map { StageDocument($0) }
            try answer.print(["stages": stages], of: "stages")
        } else if all {
            if format == .markdown { print(Self.introduction) }
            print(Methods.all.map(described).joined(separator: "\n"), terminator: "")
        } else {
            print(method.map(described) ?? list.written(as: format), terminator: "")
        }
    }

    private static let introduction = """
        # Parameters of all stages
        What a pipeline can set under `with:` of a stage, and a stage's program as an option: `learningRate: 0.01` there is
        `--learning-rate 0.01` here. Made by `spg stages --all --format markdown`; a test compares. What the methods do, and
        why, is in [methods.md](methods.md); how stages are written, in [pipelines.md](pipelines.md).

        """

    private var list: Table {
        var table = Table([.init("uses"), .init("makes"), .init("program"), .init("what it does")])
        for method in Methods.all {
            table.append([method.kind.name, method.kind.makes.rawValue, method.kind.program, method.abstract])
        }
        return table
    }

    /// A kind's inputs and parameters.
    private func described(_ method: any StageMethod.Type) -> String {
        let kind = method.kind
        let title =
            switch format {
            case .markdown: "## `\(kind.name)`\n\(method.abstract) Its program is `\(kind.program)`.\n\n"
            case .text: "\(kind.name): \(method.abstract) Its program is \(kind.program).\n\n"
            case .latex, .csv: ""
            }
        var tables = [inputs(of: kind)]
        if !kind.parameters.isEmpty { tables.append(parameters(of: kind)) }
        return title + tables.map { $0.written(as: format) }.joined(separator: "\n")
    }

    private func inputs(of kind: StageKind) -> Table {
        var table = Table([.init("input"), .init("is"), .init("whose")])
        for role in kind.roles {
            table.append([name(role.name), role.kind?.rawValue ?? "any", role.whose + (role.isRequired ? "" : "; optional")])
        }
        return table
    }

    private func parameters(of kind: StageKind) -> Table {
        var table = Table([
            .init("parameter"), .init("default"), .init("must be"), .init("unit"), .init("default from"), .init("what it is"),
        ])
        for parameter in kind.parameters {
            let facts = parameter.facts
            table.append([
                name(parameter.name), name(parameter.json.canonicalText), facts.requirement, facts.unit ?? "",
                facts.source ?? "", facts.meaning,
            ])
        }
        return table
    }

    /// As it is typed.
    private func name(_ text: String) -> String { format == .markdown ? "`\(text)`" : text }
}
