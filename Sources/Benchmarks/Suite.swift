import Foundation

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
        return Array(Set([1, threads])).sorted().map { product(side: 1536, threads: $0) } + [
            preprocessing(),
            encoding("icon-clip", batch: 64, whereItIs),
            encoding("RN50", batch: 16) { try $0.checkpoint("RN50", FormulaModel.resNet50) },
            encoding("ViT-B/16", batch: 16) { try $0.checkpoint("ViT-B-16") { FormulaModel.visionTransformer() } },
            coOpStep(iconText, classes: iconClassNames(iconClasses).count),
            coOpStep(.full, classes: 7),
            coOpStep(.full, classes: 65),
            prediction(.full, classes: 7),
            prediction(.full, classes: 65),
            prediction(.full, classes: 345),
            ganStep(),
        ]
    }

    private static func iconClassNames(_ file: URL) -> [String] {
        guard let data = try? Data(contentsOf: file),
            let classes = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
        else { return [] }
        return classes.keys.sorted()
    }
}
