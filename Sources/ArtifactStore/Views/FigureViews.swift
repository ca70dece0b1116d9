/// The views that figures read: predictions and measurements, counted.
///
/// An evaluation has up to 600,000 predictions. Each view counts them by their classes' numbers and looks a name up once for
/// each row of its own. It groups by the key itself: asked about one evaluation, it then reads no other's predictions.
extension Views {
    static let figureViews = countingViews + gainView + curveView

    /// Bins of equal width, as in Guo et al., On Calibration of Modern Neural Networks (ICML 2017).
    private static let calibrationBins = 15

    private static let counted = """
        FROM evaluation
            JOIN artifact ON artifact.id = evaluation.artifact_id
            JOIN prediction ON prediction.evaluation_id = evaluation.artifact_id
            JOIN manifest_image ON manifest_image.manifest_id = evaluation.manifest_id
                AND manifest_image.position = prediction.position
        """

    /// The name of a class of the manifest that an evaluation is about.
    private static func name(of label: String) -> String {
        "(SELECT name FROM manifest_class WHERE manifest_id = evaluation.manifest_id AND label = \(label))"
    }

    private static let countingViews = """
        CREATE VIEW confusion AS
            SELECT artifact.key AS evaluation_key, \(name(of: "manifest_image.label")) AS label,
                   \(name(of: "prediction.predicted")) AS predicted, count(*) AS images
            \(counted)
            GROUP BY artifact.key, manifest_image.label, prediction.predicted;
        CREATE VIEW class_accuracies AS
            SELECT artifact.key AS evaluation_key, \(name(of: "manifest_image.label")) AS label, count(*) AS images,
                   sum(prediction.predicted = manifest_image.label) AS correct,
                   avg(prediction.predicted = manifest_image.label) AS accuracy
            \(counted)
            GROUP BY artifact.key, manifest_image.label;
        CREATE VIEW calibration AS
            SELECT artifact.key AS evaluation_key,
                   min(\(calibrationBins - 1), CAST(\(calibrationBins) * prediction.probability AS INTEGER)) AS bin,
                   count(*) AS images, avg(prediction.probability) AS confidence,
                   avg(prediction.predicted = manifest_image.label) AS accuracy
            \(counted)
            GROUP BY artifact.key, bin;

        """

    private static let gainView = """
        CREATE VIEW class_gains AS
            SELECT own.evaluation_key, other.evaluation_key AS other_key, own.label, own.images, own.accuracy,
                   other.accuracy AS other_accuracy, own.accuracy - other.accuracy AS gain
            FROM class_accuracies AS own
            JOIN class_accuracies AS other ON other.label = own.label
            JOIN artifact AS own_artifact ON own_artifact.key = own.evaluation_key
            JOIN artifact AS other_artifact ON other_artifact.key = other.evaluation_key
            JOIN evaluation AS own_evaluation ON own_evaluation.artifact_id = own_artifact.id
            JOIN evaluation AS other_evaluation ON other_evaluation.artifact_id = other_artifact.id
                AND other_evaluation.manifest_id = own_evaluation.manifest_id;

        """

    /// The epoch that is kept is the first that classified validation images as well as what is kept did. A training that
    /// chooses no epoch, such as DAPL's, keeps its last; DPSPG's parameters may say from which epoch on it chooses.
    private static let curveView = """
        CREATE VIEW curves AS
            WITH learned AS MATERIALIZED (
                SELECT artifact.key, artifact.id,
                       coalesce((
                           SELECT min(epoch) FROM metric
                           WHERE metric.artifact_id = artifact.id AND metric.name = 'validation accuracy'
                               AND metric.value = coalesce(prompt.validation_accuracy, generator.validation_accuracy)
                               AND coalesce(generator.method, '') <> 'dapl'
                               AND metric.epoch >= coalesce(artifact.parameters ->> '$.earliestEpoch', 1)
                       ), (SELECT max(epoch) FROM metric WHERE metric.artifact_id = artifact.id)) AS kept
                FROM artifact
                LEFT JOIN prompt ON prompt.artifact_id = artifact.id
                LEFT JOIN generator ON generator.artifact_id = artifact.id
                WHERE artifact.kind IN ('prompt', 'generator')
            )
            SELECT learned.key, metric.name, metric.epoch, metric.value, metric.epoch = learned.kept AS is_kept
            FROM learned JOIN metric ON metric.artifact_id = learned.id
            WHERE metric.epoch > 0;

        """
}
