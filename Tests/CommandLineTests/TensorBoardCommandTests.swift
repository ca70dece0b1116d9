import Foundation
import TestSupport
import Testing

@Suite("spg export tensorboard")
struct TensorBoardCommandTests {
    @Test(
        "Each training has a folder with a file; again it writes what has changed, and leaves alone what others have put there")
    func incremental() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.run("spg", "run", "small.yaml", "--until", "prompts").status == 0)
        let export = ["export", "tensorboard", "small.yaml", "-o", "logs/runs"]
        let first = try await workplace.start("spg", export).outcome()
        #expect(first.output == "logs/runs: 3 of 5 trainings, 3 written, 0 as they were\n", "\(first.errors)")
        let prompts = workplace.folder.path("logs/runs/prompts")
        let file = "\(prompts)/domain=ink,seed=1/events.out.tfevents.spg",
            foreign = "\(prompts)/domain=ink,seed=1/events.out.tfevents.9"
        try Data("foreign".utf8).write(to: URL(filePath: foreign))
        let before = try Data(contentsOf: URL(filePath: file)), inode = try Self.inode(of: file)
        #expect(try await workplace.run("spg", "run", "small.yaml").status == 0)
        let second = try await workplace.start("spg", export).outcome()
        #expect(second.output == "logs/runs: 5 of 5 trainings, 2 written, 3 as they were\n", "\(second.errors)")
        #expect(try Self.inode(of: file) == inode)
        // One that was made again is replaced.
        #expect(try await workplace.run("spg", "run", "small.yaml", "--force", "--only", "prompts(domain ink)").status == 0)
        let third = try await workplace.start("spg", export).outcome()
        #expect(third.output == "logs/runs: 5 of 5 trainings, 1 written, 4 as they were\n", "\(third.errors)")
        #expect(try Data(contentsOf: URL(filePath: file)) != before && Self.inode(of: file) != inode)
        #expect(try String(contentsOfFile: foreign, encoding: .utf8) == "foreign")
        let files = try FileManager.default.subpathsOfDirectory(atPath: workplace.folder.path("logs")).filter {
            !$0.hasSuffix("1")
        }
        #expect(files.count { $0.hasSuffix("/events.out.tfevents.spg") } == 5 && !files.contains { $0.contains("partial") })
    }

    private static func inode(of path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int
    }

    @Test("A folder that cannot be made is named: status 74")
    func unwritable() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.run("spg", "run", "small.yaml", "--until", "prompts").status == 0)
        let inFile = try await workplace.run("spg", "export", "tensorboard", "small.yaml", "-o", "small.yaml/runs")
        #expect(inFile.status == 74 && inFile.errors.contains("small.yaml/runs/prompts"), "\(inFile.errors)")
    }
}
