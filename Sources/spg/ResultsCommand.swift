import ArgumentParser
import ArtifactStore
import CommandLineSupport
import Pipelines
import Reporting
import Stages

struct ResultsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "results",
        abstract: "Prints tables of accuracies, with published figures where they are known.",
        usage: "spg results [<files> ...] [<options>]",
        discussion: """
            EXAMPLES
              spg results Pipelines/desktop-icons.yaml --format markdown
              spg results Pipelines/desktop-icons.yaml --cost
              spg results Pipelines/pacs.yaml Pipelines/vlcs.yaml --format latex --bold
              spg results
              spg results Pipelines/desktop-icons.yaml --metric validation

            For one file: a row for each method and a column for each target domain, or what the file's key columns says. \
            For several files, or all in the store: a table for each task and backbone, with a column for each data set.

            With --metric validation: the accuracy of each stage that learns, on its validation images. What was imported, \
            or learned without such images, has “–”.
            """)

    /// Which accuracies are shown.
    enum Metric: String, ExpressibleByArgument, CaseIterable {
        case test, validation
    }

    @Argument(
        help: "Pipeline files; by default, every pipeline that was run in the store.",
        completion: .pipelineFiles)
    var files: [String] = []

    @OptionGroup var planning: PlanningOptions

    @Option(help: "Show accuracy on the target's images (test), or on the sources' validation images (validation).")
    var metric = Metric.test

    @Option(help: "The format of the tables: text, markdown, latex (booktabs), or csv (long form, all digits).")
    var format = TableFormat.text

    @Flag(inversion: .prefixedNo, help: "Show published figures for the same data set, backbone and task.")
    var published = true

    @Flag(help: "In Markdown and LaTeX, set the best of your own figures in bold.")
    var bold = false

    @Flag(help: "Also show cost: learned parameters, arithmetic, time and memory; in csv, for each evaluation.")
    var cost = false

    @Flag(help: "Show the accuracy on each class, and the mean of classes, target by target.")
    var perClass = false

    @OptionGroup var programs: JSONOptions

    func validate() throws {
        if programs.json, format != .text { throw ValidationError("Give --format or --json, not both.") }
        if metric == .validation, let flag = [("--cost", cost), ("--per-class", perClass)].first(where: \.1) {
            throw ValidationError("\(flag.0) is about accuracies on targets; leave --metric validation out")
        }
        guard files.count != 1 else { return }
        if let flag = [("--cost", cost), ("--per-class", perClass)].first(where: \.1) {
            throw ValidationError("\(flag.0) is about one pipeline file; give one")
        }
    }

    func run() throws {
        try reportingErrors {
            if metric == .validation { return try printValidation() }
            guard files.count == 1 else { return try printOverview() }
            let store = try planning.storeOptions.openToLook()
            let plan = try planning.plan(files[0], in: store)
            if perClass { return try printClasses(of: plan, in: store) }
            let costs = cost ? try plan.costTable(in: store, model: ModelSize(plan.architecture(), weightBytes: 0)) : nil
            if let costs, format == .csv { return print(costs.csv, terminator: "") }
            if programs.json {
                let table = try accuracyTable(of: plan, in: store)
                return try answer(
                    [AccuracyDocument(table, pipeline: plan.specification.name)],
                    evaluations: plan.evaluationDocuments(in: store, costs: costs?.documents ?? [:]))
            }
            var table = try accuracyTable(of: plan, in: store)
            table.marksBest = bold
            table.remarks = costs?.remarks ?? []
            if format == .latex { table.caption = "\(plan.specification.name), accuracy in percent" }
            print(format == .csv ? table.csv : table.table.written(as: format), terminator: "")
        }
    }

    private func accuracyTable(of plan: Plan, in store: ArtifactStore) throws -> AccuracyTable {
        try plan.accuracyTable(in: store, backbone: published ? plan.architecture().publishedName : nil)
    }

    private func answer(_ tables: [AccuracyDocument], evaluations: [ResultsDocument.Evaluation] = []) throws {
        try programs.print(
            ResultsDocument(metric: metric.rawValue, tables: tables, evaluations: evaluations), of: "results")
    }

    private func printOverview() throws {
        var overview: Overview
        if files.isEmpty {
            let store = try planning.storeOptions.openThere()
            overview = try Overview(of: store.pipelineNames().map { ($0, try store.pipeline($0)) }, in: store)
        } else {
            let store = try planning.storeOptions.openToLook()
            let plans = try files.map { try planning.plan($0, in: store) }
            let backbones = try plans.compactMap { plan in
                try plan.architecture().publishedName.map { (try planning.encoder(of: plan, in: store).key, $0) }
            }
            overview = try Overview(
                of: plans.map { ($0.specification.name, $0.recordedInstances) }, in: store,
                backbones: Dictionary(backbones) { first, _ in first })
        }
        overview.showsPublished = published
        overview.marksBest = bold
        if overview.scores.isEmpty { Console.standardError.line("There are no results in \(planning.storeOptions.store) yet.") }
        if programs.json { return try answer(overview.documents) }
        if format == .csv { return print(overview.csv, terminator: "") }
        print(overview.tables.map { $0.table.written(as: format) }.joined(separator: "\n"), terminator: "")
    }

    private func printValidation() throws {
        let pipelines: [ValidationTables]
        if files.isEmpty {
            let store = try planning.storeOptions.openThere()
            pipelines = try store.pipelineNames().map { try ValidationTables(ofPipeline: $0, in: store) }
        } else {
            let store = try planning.storeOptions.openToLook()
            pipelines = try files.map { try ValidationTables(of: planning.plan($0, in: store), in: store) }
        }
        var tables = pipelines.flatMap(\.tables)
        if tables.isEmpty { Console.standardError.line("No stage of these pipelines learns anything.") }
        if programs.json { return try answer(pipelines.flatMap(\.documents)) }
        if format == .csv { return print(Table(joining: pipelines.compactMap(\.longTable)).csv, terminator: "") }
        for index in tables.indices { tables[index].marksBest = bold }
        print(tables.map { $0.table.written(as: format) }.joined(separator: "\n"), terminator: "")
    }

    private func printClasses(of plan: Plan, in store: ArtifactStore) throws {
        // A dozen classes, as VisDA-2017 has, stand side by side; more stand below each other.
        let widest = 12
        let targets = try plan.classTables(in: store)
        if programs.json {
            return try answer(
                targets.map { target, classes in
                    AccuracyDocument(classes, pipeline: plan.specification.name, target: target)
                })
        }
        if format == .csv {
            let tables = targets.map { target, classes in classes.longTable.prefixed(by: [("target", target)]) }
            return print(Table(joining: tables).csv, terminator: "")
        }
        for (place, (target, classes)) in targets.enumerated() {
            var classes = classes
            classes.marksBest = bold
            classes.caption = "\(plan.specification.name), accuracy on the classes of \(target) in percent"
            let table = classes.table
            print(place == 0 ? "" : "\n", terminator: "")
            print((table.columns.count - 2 > widest ? table.transposed : table).written(as: format), terminator: "")
        }
    }
}
