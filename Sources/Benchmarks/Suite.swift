import Foundation
import Tensors

extension Benchmark {
    /// All benchmarks, in the order of the table.
    ///
    /// - Parameters:
    ///   - threads: how many threads either side may use.
    ///   - iconClip: the folder of the demo's model; benchmarks that need it are left out where it is not there.
    ///   - iconClasses: a JSON object whose keys are the demo's classes.
    public static func suite(threads: Int, iconClip: URL, iconClasses: URL) -> [Benchmark] {
        @Sendable func whereItIs(_: Workshop) -> URL? {
            FileManager.default.fileExists(atPath: iconClip.path) ? iconClip : nil
        }
        let iconText = TextEncoder(
            name: "icon-clip", context: "an icon of a", classNames: { _ in iconClassNames(iconClasses) },
            checkpoint: whereItIs)
        @Sendable func resNet50(_ workshop: Workshop) throws -> URL {
            try workshop.checkpoint("RN50", .resNet50)
        }
        @Sendable func base16(_ workshop: Workshop) throws -> URL {
            try workshop.checkpoint("ViT-B-16", .base16)
        }
        @Sendable func large14(_ workshop: Workshop) throws -> URL {
            try workshop.checkpoint("ViT-L-14", .large14)
        }
        let base16Widths = Array(repeating: 768, count: 12), resNet50Widths = [256, 512, 1024, 2048]
        let products = Array(Set([1, threads])).sorted().flatMap { threads in
            Precision.allCases.map { product($0, threads: threads) }
        }
        return products + [
            preprocessing(),
            encoding("icon-clip", batch: 64, whereItIs),
            encoding("RN50", batch: 16, resNet50),
            encoding("ViT-B/16", batch: 16, base16),
            encoding("ViT-L/14", batch: 16, large14),
            encoding("RN50", .bf16, batch: 16, resNet50),
            encoding("ViT-B/16", .bf16, batch: 16, base16),
            filesToFeatures("ViT-B/16", images: 16, base16),
            filesToFeatures("RN50", images: 16, resNet50),
            answers(.withImages, .zeroShot, classes: 7, images: 1),
            answers(.withImages, .zeroShot, classes: 7, images: 1000),
            answers(.withImages, .generator, classes: 7, images: 1),
            answers(.withImages, .generator, classes: 7, images: 1000),
            coOpStep(iconText, classes: iconClassNames(iconClasses).count),
            coOpStep(.full, classes: 7),
            coOpStep(.full, classes: 65),
            coOpStep(.full, classes: 345),
            prediction(.full, classes: 7),
            prediction(.full, classes: 65),
            prediction(.full, classes: 345),
            coOpStep(.full, .bf16, classes: 7),
            coOpStep(.full, .bf16, classes: 65),
            coOpStep(.full, .bf16, classes: 345),
            prediction(.full, .bf16, classes: 7),
            prediction(.full, .bf16, classes: 65),
            prediction(.full, .bf16, classes: 345),
            coCoOpStep(.full, classes: 7),
            coCoOpStep(.full, classes: 65),
            adCLIPStep(.full, widths: base16Widths, classes: 7),
            adCLIPStep(.full, widths: base16Widths, classes: 65, hasPeer: false),
            adCLIPStep(.ofResNet50, widths: resNet50Widths, classes: 7),
            adCLIPStep(.ofResNet50, widths: resNet50Widths, classes: 65, hasPeer: false),
            visionPromptStep(.vpt, classes: 7),
            visionPromptStep(.maple, classes: 7),
            visionPromptStep(.maple, classes: 65),
            visionPromptStep(.vpt, .bf16, classes: 7),
            visionPromptStep(.maple, .bf16, classes: 7),
            visionPromptStep(.maple, .bf16, classes: 65),
            ganStep(),
            ganEpoch(),
        ]
    }

    private static func iconClassNames(_ file: URL) -> [String] {
        guard let data = try? Data(contentsOf: file),
            let classes = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
        else { return [] }
        return classes.keys.sorted()
    }
}
