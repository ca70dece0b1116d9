extension Views {
    /// The files that commands have written.
    static let fileViews = """
        CREATE VIEW files AS
            SELECT artifact.key, file.name, file.file_name, length(file.content) AS bytes,
                   lower(hex(file.sha256)) AS sha256, file.content
            FROM file JOIN artifact ON artifact.id = file.artifact_id;

        """
}
