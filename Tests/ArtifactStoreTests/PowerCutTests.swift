import ArtifactStore
import Foundation
import GRDB
import Tensors
import Testing

/// What a power cut may leave of the store's file and its log, made by hand from copies: of what was being written, any part
/// may have reached the disk, sector by sector; what was flushed before has.
///
/// Between two transactions, SQLite first writes to the log and flushes it. Then, at times, it copies pages from the log to
/// the file and flushes that. So a cut leaves either any mixture of the log before and after, with the file as it was, or the
/// whole log with any mixture of the file before and after.
@Suite struct PowerCutTests {
    private struct Copy {
        var file: Data
        var log: Data

        init(of path: String) throws {
            file = try Data(contentsOf: URL(fileURLWithPath: path))
            log = (try? Data(contentsOf: URL(fileURLWithPath: path + "-wal"))) ?? Data()
        }

        func write(to path: String) throws {
            try file.write(to: URL(fileURLWithPath: path))
            try log.write(to: URL(fileURLWithPath: path + "-wal"))
        }
    }

    private struct Chance {
        var stream: RandomStream
        mutating func below(_ bound: Int) -> Int { min(bound - 1, Int(stream.uniform() * Float(bound))) }
    }

    /// `before`, with each sector that differs in `after` replaced by chance; or only the first so many of them, as a disk
    /// that writes in order would.
    private func mixture(_ before: Data, _ after: Data, _ chance: inout Chance) -> Data {
        let sector = 512
        var result = before + Data(count: max(0, after.count - before.count))
        let changed = stride(from: 0, to: after.count, by: sector).filter {
            let range = $0..<min($0 + sector, after.count)
            return range.upperBound > before.count || before[range] != after[range]
        }
        let isInOrder = chance.below(2) == 0, count = chance.below(changed.count + 1)
        for (index, start) in changed.enumerated() where isInOrder ? index < count : chance.below(2) == 0 {
            let range = start..<min(start + sector, after.count)
            result.replaceSubrange(range, with: after[range])
        }
        return result
    }

    @Test(arguments: 1...3) func whatWasAnnouncedIsThereAndNothingInPart(seed: Int) throws {
        try withFolder { folder in
            let path = folder + "/artifacts.sqlite", cut = folder + "/cut.sqlite"
            let store = try ArtifactStore(path: path)
            let embeddings = try Sample.extract(Sample.manifest("tango"), into: store)
            // Often, so that the log begins anew and again.
            try store.database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_autocheckpoint = 9") }
            var chance = Chance(stream: RandomStream(seed: UInt64(seed), purpose: "power cuts"))
            var before = try Copy(of: path)
            var filesChanged = 0
            for number in 1...25 {
                let key = try store.write(
                    Sample.promptRecipe(embeddings, seed: number), .prompt(Sample.prompt("tango", seed: number)), seconds: 1)
                let after = try Copy(of: path)
                if after.file != before.file { filesChanged += 1 }
                for attempt in 0..<4 {
                    var state = before
                    let isLogWhole = attempt == 3
                    if isLogWhole {
                        (state.log, state.file) = (after.log, mixture(before.file, after.file, &chance))
                    } else {
                        state.log = mixture(before.log, after.log, &chance)
                    }
                    try state.write(to: cut)
                    do {
                        let survivor = try ArtifactStore(path: cut)
                        #expect(try survivor.verify().damages.isEmpty)
                        let prompts = try survivor.query("SELECT seed FROM prompts ORDER BY seed").rows
                        let expected = (1...max(1, number)).map { [QueryResult.Value.integer(Int64($0))] }
                        #expect(
                            prompts == expected || (!isLogWhole && prompts == expected.dropLast()),
                            "\(number): \(prompts.count)")
                        #expect(try survivor.contains(embeddings))
                        // And it goes on.
                        try survivor.write(
                            Sample.promptRecipe(embeddings, seed: number), .prompt(Sample.prompt("tango", seed: number)),
                            seconds: 1)
                        #expect(try survivor.contains(key))
                    }
                    for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: cut + suffix) }
                }
                before = after
            }
            // The log was copied to the file on the way, and a good number of times.
            #expect(filesChanged >= 5)
        }
    }
}
