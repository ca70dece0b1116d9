import ArtifactStore
import Datasets
import Foundation
import Reporting

extension ReportReading {
    /// Pictures in the gallery at the most; the maps have the rest of a page's 200.
    static let mostGalleryPictures = 120
    private static let mostInGroup = 8

    /// Predictions that are worth a look, target by target: of one evaluation each, the first seed's.
    mutating func readGallery() throws {
        let targets = evaluations.map(\.target).uniqued
        let focus = report.focus, baseline = report.baseline
        func first(_ title: String?, on target: String) -> MadeEvaluation? {
            evaluations.first { $0.target == target && $0.planned.title == title }
        }
        let shown = targets.filter { first(focus, on: $0) != nil }.prefix(
            Self.mostGalleryPictures / GalleryGroup.Kind.allCases.count)
        guard !shown.isEmpty else { return }
        let count = max(1, min(Self.mostInGroup, Self.mostGalleryPictures / (shown.count * GalleryGroup.Kind.allCases.count)))
        for (place, target) in shown.enumerated() {
            guard let own = first(focus, on: target) else { continue }
            let other = first(baseline, on: target)
            for kind in GalleryGroup.Kind.allCases {
                guard let items = try items(kind, own, other, count: count, isShown: place == 0) else { continue }
                report.gallery.append(GalleryGroup(kind: kind, target: target, items: items))
            }
        }
        let missing = report.gallery.flatMap(\.items).count { !$0.picture.isThere }
        report.notes[.gallery] = ["The queries are those of the first target; the others differ in their keys alone."]
        if missing > 0 {
            report.notes[.gallery]?.append(
                "\(missing) image\(missing == 1 ? " has" : "s have") no picture here: the files are gone or have changed since."
            )
        }
        if shown.count < targets.count {
            report.notes[.gallery]?.append("Shown are \(shown.count) of \(targets.count) targets.")
        }
    }

    /// - Returns: nil where there is nothing to compare with.
    private mutating func items(
        _ kind: GalleryGroup.Kind, _ own: MadeEvaluation, _ other: MadeEvaluation?, count: Int, isShown: Bool
    ) throws -> [GalleryGroup.Item]? {
        let key = own.planned.key.description.quotedForSQL
        let rows: [[QueryResult.Value]]
        switch kind {
        case .right, .wrong:
            rows = try mostConfident(count, isShown: isShown) { least in
                """
                SELECT image_path, image_sha256, label, predicted, probability FROM (
                    SELECT *, row_number() OVER (PARTITION BY label, predicted ORDER BY probability DESC, image_path) AS place
                    FROM predictions
                    WHERE evaluation_key = \(key) AND predicted \(kind == .right ? "=" : "<>") label AND probability >= \(least)
                ) WHERE place = 1 ORDER BY probability DESC, image_path LIMIT \(count)
                """
            }
        case .gained, .lost:
            guard let other else { return nil }
            let signs = kind == .gained ? ("=", "<>") : ("<>", "=")
            rows = try mostConfident(count, isShown: isShown) { least in
                """
                SELECT image_path, image_sha256, label, predicted, probability, other_predicted, other_probability FROM (
                    SELECT *, row_number() OVER (PARTITION BY label, predicted ORDER BY probability DESC, image_path) AS place
                    FROM prediction_pairs
                    WHERE evaluation_key = \(key) AND other_key = \(other.planned.key.description.quotedForSQL)
                        AND predicted \(signs.0) label AND other_predicted \(signs.1) label AND probability >= \(least)
                ) WHERE place = 1 ORDER BY probability DESC, image_path LIMIT \(count)
                """
            }
        }
        return rows.compactMap { row in
            guard let digest = Digest(row[1].text), let probability = row[4].number else { return nil }
            return GalleryGroup.Item(
                path: row[0].text, picture: Thumbnail(ofImageAt: row[0].text, digest: digest), label: row[2].text,
                predicted: row[3].text, probability: probability, other: row.count > 5 ? row[5].text : nil,
                otherProbability: row.count > 5 ? row[6].number : nil)
        }
    }

    /// The first rows by probability, of each pair of classes one. Most predictions are not confident: those above a bound are
    /// looked at first, and names are looked up for these alone.
    private mutating func mostConfident(
        _ count: Int, isShown: Bool, _ sql: (_ least: Double) -> String
    ) throws -> [[QueryResult.Value]] {
        for least in [0.999, 0.99, 0.9, 0.5] {
            let rows = try store.query(sql(least)).rows
            guard rows.count == count else { continue }
            if isShown { report.queries[.gallery, default: []].append(sql(least)) }
            return rows
        }
        return try ask(.gallery, sql(0), isShown: isShown)
    }
}
