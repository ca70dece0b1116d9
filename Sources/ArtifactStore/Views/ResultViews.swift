extension Views {
    /// Evaluations, their predictions, the images and the names of the classes.
    private static let predicted = """
        FROM evaluation
        JOIN artifact ON artifact.id = evaluation.artifact_id
        JOIN prediction ON prediction.evaluation_id = evaluation.artifact_id
        JOIN manifest_image ON manifest_image.manifest_id = evaluation.manifest_id
            AND manifest_image.position = prediction.position
        JOIN image ON image.id = manifest_image.image_id
        JOIN manifest_class AS truth ON truth.manifest_id = evaluation.manifest_id
            AND truth.label = manifest_image.label
        JOIN manifest_class AS predicted ON predicted.manifest_id = evaluation.manifest_id
            AND predicted.label = prediction.predicted
        """

    /// A row for each prediction, with its image and the names of its classes.
    /// - Parameter columns: what is selected besides, each with its comma.
    private static func predictions(and columns: String = "") -> String {
        """
        SELECT artifact.key AS evaluation_key, manifest_image.path AS image_path, truth.name AS label,
               predicted.name AS predicted, prediction.probability\(columns),
               manifest.dataset, manifest.domain AS target, lower(hex(image.sha256)) AS image_sha256
        \(predicted)
        JOIN manifest ON manifest.artifact_id = evaluation.manifest_id
        """
    }

    /// What was learned, and what evaluations predicted.
    static let resultViews = """
        CREATE VIEW prompts AS
            SELECT artifact.key, prompt.method, prompt.domain, prompt.seed, prompt.context_length, prompt.width,
                   prompt.vectors, prompt.validation_accuracy
            FROM prompt JOIN artifact ON artifact.id = prompt.artifact_id;
        CREATE VIEW generators AS
            SELECT artifact.key, generator.method, generator.domain, generator.seed, generator.validation_accuracy
            FROM generator JOIN artifact ON artifact.id = generator.artifact_id;
        CREATE VIEW tensors AS
            SELECT artifact.key, tensor.name, tensor.shape, tensor.vector
            FROM tensor JOIN artifact ON artifact.id = tensor.artifact_id;
        CREATE VIEW predictions AS
            \(predictions());
        CREATE VIEW uncertainties AS
            \(predictions(and: ", prediction.spread")) WHERE prediction.spread IS NOT NULL;
        CREATE VIEW prediction_pairs AS
            SELECT artifact.key AS evaluation_key, other_artifact.key AS other_key, manifest_image.path AS image_path,
                   truth.name AS label, predicted.name AS predicted, other_predicted.name AS other_predicted,
                   prediction.probability, other_prediction.probability AS other_probability,
                   lower(hex(image.sha256)) AS image_sha256
            \(predicted)
            JOIN evaluation AS other ON other.manifest_id = evaluation.manifest_id
            JOIN artifact AS other_artifact ON other_artifact.id = other.artifact_id
            JOIN prediction AS other_prediction ON other_prediction.evaluation_id = other.artifact_id
                AND other_prediction.position = prediction.position
            JOIN manifest_class AS other_predicted ON other_predicted.manifest_id = evaluation.manifest_id
                AND other_predicted.label = other_prediction.predicted;

        """
}
