import ArgumentParser
import ArtifactStore
import CommandLineSupport
import Foundation
import Reporting

struct StatisticsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats", abstract: "Shows how much is in the store, and its size on disk.")

    @OptionGroup var storage: StoreOptions
    @OptionGroup var answer: JSONOptions

    func run() throws {
        try reportingErrors {
            try answer.print(storage.openThere().statistics(), of: "store stats", text: \.text)
        }
    }
}

extension StoreStatistics {
    fileprivate var text: String {
        var kinds = Table([
            .init("artifacts"), .init("number", .trailing), .init("contents", .trailing), .init("made in", .trailing),
        ])
        for kind in self.kinds {
            kinds.append([kind.kind, "\(kind.artifacts)", byteSize(kind.bytes), clockTime(kind.seconds)])
        }
        var features = Table([
            .init("features"), .init("view"), .init("images", .trailing), .init("size", .trailing),
            .init("with norms", .trailing),
            .init("block statistics", .trailing), .init("size", .trailing),
        ])
        for row in self.features {
            let (images, size) = (row.imagesWithStatistics, byteSize(row.statisticsBytes))
            features.append([
                row.encoder, row.view, "\(row.images)", byteSize(row.bytes), "\(row.imagesWithNorms)",
                images > 0 ? "\(images)" : "",
                images > 0 ? size : "",
            ])
        }
        var pipelines = Table([.init("pipeline"), .init("instances", .trailing), .init("done", .trailing)])
        for row in self.pipelines { pipelines.append([row.name, "\(row.instances)", "\(row.done)"]) }
        return [kinds, features, pipelines].filter { !$0.rows.isEmpty }.map { $0.text + "\n\n" }.joined()
            + """
            \(images) different images; digests of \(files) files are remembered; \
            \(checkpoints) trainings are unfinished
            \(store): \(byteSize(fileBytes)), of which \(byteSize(freeBytes)) are free; \
            write-ahead log \(byteSize(logBytes)); version \(version) of the tables
            """
    }
}
