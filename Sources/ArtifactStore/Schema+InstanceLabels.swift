extension Schema {
    /// Of version 9: what tells an instance apart where its values alone do not say it (`PipelineInstance.labels`).
    static let instanceLabels = """
        ALTER TABLE pipeline_instance ADD COLUMN labels TEXT CHECK (labels IS NULL OR json_valid(labels));

        """
}
