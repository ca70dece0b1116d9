import ArgumentParser
import ArtifactStore
import CommandLineSupport
import Foundation
import Reporting

struct StatisticsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats", abstract: "Shows how much is in the store, and its size on disk.")

    @OptionGroup var storage: StoreOptions

    func run() throws {
        try reportingErrors {
            let statistics = try storage.openThere().statistics()
            var kinds = Table([
                .init("artifacts"), .init("number", .trailing), .init("contents", .trailing), .init("made in", .trailing),
            ])
            for kind in statistics.kinds {
                kinds.append([kind.kind, "\(kind.artifacts)", byteSize(kind.bytes), clockTime(kind.seconds)])
            }
            var features = Table([
                .init("features"), .init("view"), .init("images", .trailing), .init("size", .trailing),
                .init("with norms", .trailing),
                .init("block statistics", .trailing), .init("size", .trailing),
            ])
            for row in statistics.features {
                let (images, size) = (row.imagesWithStatistics, byteSize(row.statisticsBytes))
                features.append([
                    row.encoder, row.view, "\(row.images)", byteSize(row.bytes), "\(row.imagesWithNorms)",
                    images > 0 ? "\(images)" : "",
                    images > 0 ? size : "",
                ])
            }
            var pipelines = Table([.init("pipeline"), .init("instances", .trailing), .init("done", .trailing)])
            for row in statistics.pipelines { pipelines.append([row.name, "\(row.instances)", "\(row.done)"]) }
            for table in [kinds, features, pipelines] where !table.rows.isEmpty { print(table.text + "\n") }
            print(
                """
                \(statistics.images) different images; digests of \(statistics.files) files are remembered; \
                \(statistics.checkpoints) trainings are unfinished
                \(storage.store): \(byteSize(statistics.fileBytes)), of which \(byteSize(statistics.freeBytes)) are free; \
                write-ahead log \(byteSize(statistics.logBytes)); version \(statistics.version) of the tables
                """)
        }
    }
}
