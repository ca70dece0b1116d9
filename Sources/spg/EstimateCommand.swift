import ArgumentParser
import CommandLineSupport
import Pipelines

struct EstimateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "estimate", abstract: "Estimates what a run would take: time and disk, for each stage and in all.",
        usage: "spg estimate <file> [<options>]",
        discussion: """
            EXAMPLES
              spg estimate Pipelines/desktop-icons.yaml
              spg estimate Pipelines/desktop-icons.yaml --until "spg(target tango)" --json

            It is what spg run --dry-run prints. Times come from what the store knows of earlier runs; without any, from the \
            arithmetic of a stage and the speed of this machine. Nothing is run and nothing is written.
            """)

    @OptionGroup var arguments: PipelineArguments
    @OptionGroup(title: "What to run") var selection: SelectionOptions
    @OptionGroup(title: "What to run it with") var machine: MachineOptions
    @OptionGroup var answer: JSONOptions

    func run() throws {
        try reportingErrors {
            let (plan, store) = try arguments.plan(rereading: selection.force)
            let work = try selecting { try plan.work(selection.selection, in: store) }
            let estimate = try DryRun(work, of: plan, on: machine.capacity, in: store)
            try answer.print(estimate, of: "estimate", text: \.text)
            if !answer.json { plan.unused.line.map(Console.standardError.note) }
        }
    }
}
