import ArgumentParser
import ArtifactStore
import CommandLineSupport
import Pipelines
import Reporting

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Lists every stage in every cell: done, stale, missing, incomplete, failed, running, and why.",
        discussion: """
            EXAMPLE
              spg status Pipelines/desktop-icons.yaml

            stale: made before, from something that has changed; missing: never made, or begun and interrupted; incomplete: \
            features without the norms that another stage reads. spg explain says more of one.
            """)

    @OptionGroup var arguments: PipelineArguments

    func run() throws {
        try reportingErrors {
            let (plan, store) = try arguments.plan()
            print(try plan.statusTable(in: store).text)
            print("\n" + (try plan.missingSummary(in: store)))
            if let line = plan.unused.line { print(line) }
        }
    }
}

extension Plan {
    /// Every instance with its state.
    func statusTable(in store: ArtifactStore) throws -> Table {
        var table = Table([.init("instance"), .init("key"), .init("state"), .init("why, or when")])
        for (instance, state) in zip(instances, try states(in: store)) {
            var note = state.reason
            if case .done(let created, let seconds) = state { note = "\(created), \(clockTime(seconds))" }
            table.append([instance.name, instance.key.short, state.word, note])
        }
        return table
    }

    /// Such as “12 of 65 artifacts are to be made.”
    func missingSummary(in store: ArtifactStore) throws -> String {
        let work = work, missing = try self.work(Selection(), in: store).count
        return missing == 0
            ? "All \(work.count) artifacts are made; nothing is to run."
            : "\(missing) of \(work.count) artifacts are to be made."
    }

    /// What to say where a selection leaves nothing to make.
    func nothingToRun(in store: ArtifactStore) throws -> String {
        let isDone = try work(Selection(), in: store).isEmpty
        return isDone ? try missingSummary(in: store) : "What is chosen is made; \(try missingSummary(in: store))"
    }
}
