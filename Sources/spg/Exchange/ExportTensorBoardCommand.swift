import ArgumentParser
import ArtifactStore
import CommandLineSupport
import Foundation
import Pipelines
import Reporting

/// `spg export tensorboard FILE -o DIR`.
struct ExportTensorBoardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tensorboard", abstract: "Writes the training curves of a pipeline as event files of TensorBoard.",
        usage: "spg export tensorboard <file> --output <folder> [<options>]",
        discussion: """
            EXAMPLE
              spg export tensorboard Pipelines/desktop-icons.yaml --output runs
              tensorboard --logdir runs

            Each prompt or network that was learned has a run, named by its stage and cell. It has what was measured in each \
            epoch, and all parameters, as text and for the plugin HParams. Call it again after a run: it replaces files that have \
            changed, and leaves all others in the folder.
            """)

    @OptionGroup var arguments: PipelineArguments

    @Option(
        name: .shortAndLong, help: ArgumentHelp("The folder of the runs; it is made where there is none.", valueName: "folder"))
    var output: String

    func run() throws {
        try reportingErrors {
            let (plan, store) = try arguments.plan()
            let runs = try plan.tensorBoardRuns(in: store), folder = URL(fileURLWithPath: output)
            var replaced = 0
            for run in runs {
                if try NewFiles.update(folder.appendingPathComponent(run.path), with: run.events) { replaced += 1 }
            }
            let all = plan.instances.count { [.prompt, .generator].contains($0.kind.makes) }
            print("\(output): \(runs.count) of \(all) trainings, \(replaced) written, \(runs.count - replaced) as they were")
        }
    }
}
