extension Schema {
    /// Version 9, each part in the file of what it is about.
    static let version9 = norms + instanceLabels

    /// How long each feature was when the encoder put it out (`Norms.swift`); NULL where that is not known.
    ///
    /// The index has the features without a norm and no others: whether any of a domain lacks one is asked by each plan.
    static let norms = """
        ALTER TABLE embedding ADD COLUMN norm REAL CHECK (norm > 0);
        CREATE INDEX embedding_without_norm ON embedding (encoder_id, view_id, image_id) WHERE norm IS NULL;

        """
}
