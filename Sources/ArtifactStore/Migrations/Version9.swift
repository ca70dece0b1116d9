extension Migrations {
    /// Version 9: norms of features, labels of instances.
    static let version9 = norms + instanceLabels

    /// How long each feature was when the encoder put it out (`Norms.swift`); NULL where that is not known.
    ///
    /// The index has the features without a norm and no others: whether any of a domain lacks one is asked by each plan.
    private static let norms = """
        ALTER TABLE embedding ADD COLUMN norm REAL CHECK (norm > 0);
        CREATE INDEX embedding_without_norm ON embedding (encoder_id, view_id, image_id) WHERE norm IS NULL;

        """

    /// What tells an instance apart where its values alone do not say it (`PipelineInstance.labels`).
    private static let instanceLabels = """
        ALTER TABLE pipeline_instance ADD COLUMN labels TEXT CHECK (labels IS NULL OR json_valid(labels));

        """
}
