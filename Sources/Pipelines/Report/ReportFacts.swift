import ArtifactStore
import Datasets
import Foundation
import Reporting
import Tensors

extension ReportReading {
    /// The experiment in a few words.
    mutating func readFacts() throws {
        let features = plan.work.filter { $0.kind.makes == .embeddings }
        let extents = try features.compactMap { try store.extent(of: $0.key) }
        let specification = plan.specification
        let images = extents.reduce(0) { $0 + $1.images }
        let sets = ([specification.dataSet] + specification.targets).map(\.name).joined(separator: ", ")
        let domains = features.compactMap { $0.cell.value(on: domainAxis)?.text }.uniqued.count
        report.facts.append(
            .init(
                "Images",
                extents.isEmpty
                    ? sets
                    : "\(sets): \(images.grouped) in \(domains) domain\(domains == 1 ? "" : "s"), \(extents.map(\.classes).max() ?? 0) classes"
            ))
        report.facts.append(.init("Encoder", try encoderText(of: features)))
        let axes = specification.matrix.map { "\($0.values.count) \($0.name)\($0.values.count == 1 ? "" : "s")" }
        if !axes.isEmpty { report.facts.append(.init("Matrix", axes.joined(separator: " × "))) }
        let made = try plan.work.compactMap { try store.artifact($0.key) }
        report.facts.append(.init("Made", "\(made.count) of \(plan.work.count) artifacts"))
        if let first = made.map(\.created).min(), let last = made.map(\.created).max() {
            let isOneDay = first.prefix(10) == last.prefix(10)
            let end = isOneDay ? String(Self.minute(last).suffix(5)) : Self.minute(last)
            report.facts.append(.init("When", "\(Self.minute(first)) – \(end) UTC"))
            report.facts.append(.init("Work", "\(clockTime(made.reduce(0) { $0 + $1.seconds })), one stage after the other"))
        }
    }

    private func encoderText(of features: [Instance]) throws -> String {
        for instance in features where try store.contains(instance.key) {
            let encoder = try store.encoder(store.embeddingSet(instance.key).encoder)
            let precision = encoder.parameters["precision"]?.plainText ?? "imported"
            return "\(encoder.name), \(encoder.dimension) numbers, \(precision)"
        }
        return plan.specification.checkpoint.value
    }

    /// What exactly was run, and where the page was made.
    /// - Parameters:
    ///   - text: of the pipeline file, with all values.
    ///   - edits: values of the command line.
    ///   - version: of the programs.
    mutating func readRun(text: String, edits: [String], version: String) throws {
        report.run.specification = text
        var facts: [ExperimentReport.Fact] = [.init("File", report.file)]
        if !edits.isEmpty { facts.append(.init("Set on the command line", edits.joined(separator: ", "))) }
        facts.append(.init("Version", "spg \(version)"))
        facts.append(.init("Store", store.path))
        facts.append(.init("Checkpoint", plan.specification.checkpoint.value))
        facts.append(
            .init(
                "Page written on",
                Processor.name + ", \(ProcessInfo.processInfo.activeProcessorCount) cores, "
                    + ProcessInfo.processInfo.operatingSystemVersionString))
        report.run.facts = facts
    }
}
