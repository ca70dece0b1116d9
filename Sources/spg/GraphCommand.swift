import ArgumentParser
import CommandLineSupport
import Pipelines

struct GraphCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "graph", abstract: "Draws the plan: what is made from what, and the state of each part.",
        usage: "spg graph <file> [<options>]",
        discussion: """
            EXAMPLES
              spg graph Pipelines/desktop-icons.yaml
              spg graph Pipelines/desktop-icons.yaml --instances --format svg > plan.svg

            --format svg needs Graphviz (its program dot).
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case mermaid, dot, svg
    }

    @OptionGroup var arguments: PipelineArguments

    @Option(help: "The language of the drawing.")
    var format = Format.mermaid

    @Flag(help: "Draw a box for every stage in every cell, not only for every stage.")
    var instances = false

    func run() throws {
        try reportingErrors {
            let (plan, store) = try arguments.plan()
            let graph = PlanGraph(plan, states: try plan.states(in: store), byInstance: instances)
            switch format {
            case .mermaid: print(graph.mermaid)
            case .dot: print(graph.dot)
            case .svg: print(try graph.svg())
            }
        }
    }
}
