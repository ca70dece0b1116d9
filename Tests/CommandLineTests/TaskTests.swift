import ArtifactStore
import Foundation
import TestSupport
import Testing

/// The shared files of Pipelines/spg on small pictures and a tiny CLIP, from images to tables.
@Suite("SPG's three tasks, whole")
struct TaskTests {
    private static let shared = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Pipelines/spg/shared").standardizedFileURL.path

    /// - Parameter more: lines of the file besides those that make the task small.
    private func run(_ task: String, _ workplace: Workplace, _ more: String = "") async throws -> Program.Outcome {
        try workplace.write(
            """
            pipeline: small
            extends: [\(Self.shared)/spg.yaml, \(Self.shared)/\(task).yaml]
            dataset: {root: data, name: Small}
            encoder: {checkpoint: clip}
            values: {domains: [chalk, ink, oil], context: "", contextLength: 2, views: 1, rows: [zero-shot, domain-prompts, spg]}
            matrix: {seed: [1, 2]}
            stages:
              prompts: {with: {batchSize: 8, epochs: 2}}
              generator: {with: {batchSize: 8, epochs: 2, warmUpEpochs: 1, latentDimension: 8}}
            \(more)
            """)
        let outcome = try await workplace.run("spg", "run", "small.yaml")
        #expect(outcome.status == 0, "\(outcome.errors)")
        return outcome
    }

    private func csv(_ workplace: Workplace, _ edits: String...) async throws -> [[String]] {
        let sets = edits.flatMap { ["--set", $0] }
        let outcome = try await workplace.start("spg", ["results", "small.yaml", "--format", "csv"] + sets).outcome()
        #expect(outcome.status == 0, "\(outcome.errors)")
        return outcome.lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    }

    @Test("Leaving one domain out, on views that are fresh in every epoch")
    func multiSource() async throws {
        let workplace = try Workplace()
        _ = try await run("multi-source", workplace)
        let drawn = try await csv(workplace)
        #expect(
            drawn.first?.dropFirst().first == "target"
                && drawn.filter { $0[0] == "SPG" }.map { $0[1] } == ["chalk", "ink", "oil", "average"])
        let fresh = try await workplace.run("spg", "run", "small.yaml", "--set", "values.views=everyEpoch")
        #expect(fresh.status == 0, "\(fresh.errors)")
        #expect(
            try workplace.count(
                """
                SELECT count(DISTINCT name) FROM embedding JOIN image_view ON image_view.id = view_id WHERE name LIKE 'aug%'
                """) == 2)
    }

    @Test("As SPG's authors split, all images are tested on; as DomainBed does, four fifths of them")
    func splits() async throws {
        let workplace = try Workplace()
        _ = try await run("multi-source", workplace)
        let tested = "SELECT count(*) FROM results WHERE pipeline = 'small' AND images ="
        #expect(try workplace.count("\(tested) 24") == 3 * (1 + 1 + 2))
        // Of three classes with eight images each, 5.6 are six.
        #expect(try workplace.count("SELECT count(*) FROM images WHERE domain = 'ink/train'") == 18)
        #expect(try workplace.count("SELECT count(*) FROM images WHERE domain = 'ink/val'") == 6)
        let other = try await workplace.run("spg", "run", "small.yaml", "--set", "values.splits=domainbed")
        #expect(other.status == 0, "\(other.errors)")
        #expect(try workplace.count("\(tested) 20") == 3 * (1 + 1 + 2))
        #expect(try workplace.count("SELECT count(*) FROM results WHERE target LIKE '%/%'") == 0)
        #expect(try await workplace.run("spg", "store", "verify").status == 0)
    }

    @Test("From one source to all others: a column is a source, over the images of all its targets")
    func singleSource() async throws {
        let workplace = try Workplace()
        _ = try await run("single-source", workplace)
        let table = try await csv(workplace)
        #expect(table[0] == ["method", "source", "mean", "standard_deviation", "seeds", "published"])
        #expect(table.filter { $0[0] == "SPG" }.map { $0[1] } == ["chalk", "ink", "oil", "average"])
        // Every domain has 24 images, so that both targets count alike.
        let rows = try workplace.query(
            """
            SELECT avg(accuracy) FROM results JOIN pipelines ON key = evaluation_key
            WHERE stage = 'spg' AND cell ->> '$.source' = 'ink'
            """
        ).rows
        guard case .real(let mean)? = rows.first?.first else {
            Issue.record("no evaluations from ink")
            return
        }
        let figure = try #require(table.first { $0[0] == "SPG" && $0[1] == "ink" })
        #expect(abs((Double(figure[2]) ?? -1) - mean) < 1e-9 && figure[4] == "2")
        #expect(try workplace.count("SELECT count(*) FROM pipelines WHERE stage = 'generator'") == 3 * 2)
        let pairs = try await csv(workplace, "columns=[source, target]")
        #expect(pairs[0][1] == "source → target" && pairs.count { $0[0] == "SPG" } == 6 + 1)
    }

    @Test("To other data sets with classes of their own: a column is a data set")
    func crossDataSet() async throws {
        let workplace = try Workplace()
        var toys = PictureTree()
        (toys.domains, toys.classes, toys.count) = (["steel", "wood"], ["bars", "blocks"], 3)
        try toys.write(to: workplace.url.appending(path: "toys"))
        _ = try await run(
            "cross-dataset", workplace,
            """
            targets: {PACS: ~, VLCS: ~, OfficeHome: ~, TerraIncognita: ~, Toys: {root: toys}}
            """)
        let table = try await csv(workplace)
        #expect(table[0][1] == "dataset" && table.filter { $0[0] == "SPG" }.map { $0[1] } == ["Toys", "average"])
        #expect(try workplace.count("SELECT count(*) FROM pipelines WHERE stage = 'generator'") == 2)
        #expect(try workplace.count("SELECT count(DISTINCT target) FROM results WHERE method = 'SPG'") == 2)
        #expect(try workplace.count("SELECT max(images) FROM results WHERE method = 'SPG'") == 6)
        let explained = try await workplace.run("spg", "explain", "small.yaml", "spg(target Toys:wood, seed 1)")
        #expect(explained.status == 0 && explained.output.contains("done"), "\(explained.errors)")
        let domains = try await csv(workplace, "columns=target")
        #expect(domains.filter { $0[0] == "SPG" }.map { $0[1] } == ["Toys:steel", "Toys:wood", "average"])
    }
}
