import ArgumentParser
import ArtifactStore
import CommandLineSupport
import Foundation
import Pipelines
import Stages

extension CompletionKind {
    static var pipelineFiles: CompletionKind { .file(extensions: ["yaml", "yml"]) }

    /// The instances of the pipeline whose file stands in the line.
    static var instances: CompletionKind { .candidates { try $0.instances() } }

    /// The same, and the stages, for what takes several at once.
    static var instancesAndStages: CompletionKind {
        .candidates { typed in try typed.specification().stages.map(\.name) + typed.instances() }
    }

    /// The rows of its table.
    static var rows: CompletionKind { .candidates { try $0.specification().rows.map(\.stage) } }

    /// The domains that it is tested on.
    static var targets: CompletionKind {
        .candidates { typed in
            try typed.specification().matrix.filter { $0.name == "target" }.flatMap { $0.values.map(\.value.text) }
        }
    }

    /// What predicts: of the pipeline whose file stands in the line, or else of the store; a bundle; zero-shot CLIP.
    static var models: CompletionKind {
        .candidates { typed in
            let kinds = [ArtifactKind.evaluation, .prompt, .generator]
            if typed.pipelineFile != nil { return try typed.instances(of: kinds) }
            return ["zero-shot"] + bundles(beginning: typed.beginning)
                + ((try? typed.store().names(beginning: typed.beginning, kinds: kinds)) ?? [])
        }
    }

    /// The folders and bundles beside what is typed.
    private static func bundles(beginning: String) -> [String] {
        let folder = beginning.lastIndex(of: "/").map { String(beginning[...$0]) } ?? ""
        let names = try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)
        return (names ?? []).filter { $0.hasSuffix(".spg") }.sorted().map { folder + $0 }
    }
}

extension TypedWords {
    fileprivate func specification() throws -> Specification {
        try Specification(
            contentsOf: URL(filePath: pipelineFile ?? ""), kinds: StageKind.all,
            edits: values(of: "--set").map { try SpecificationEdit($0) })
    }

    /// The names of instances that make something of some kinds, or of any. Where more of a stage go on as what is typed does
    /// than a person would read, the first and the last stand for all: they have in common what all have.
    fileprivate func instances(of kinds: [ArtifactKind]? = nil) throws -> [String] {
        let all = try specification().plannedNames(in: store).filter { planned in
            kinds?.contains(planned.makes) != false && planned.name.utf8.starts(with: beginning.utf8)
        }
        guard all.count > 1000 else { return all.map(\.name) }
        return Dictionary(grouping: all, by: \.stage).values.flatMap { planned in
            let names = planned.map(\.name)
            return [names.min(), names.max()].compactMap(\.self)
        }.sorted()
    }
}
