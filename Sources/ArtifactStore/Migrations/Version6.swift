extension Migrations {
    /// Version 6: what a domain's files looked like when its manifest was last made.
    ///
    /// `recorded` is that of its manifest then; NULL where the manifest was looked at and not recorded.
    static let version6 = """
        CREATE TABLE seen_domain (
            path TEXT NOT NULL,
            dataset TEXT NOT NULL,
            listing BLOB NOT NULL CHECK (length(listing) = 32),
            key TEXT NOT NULL CHECK (length(key) = 64),
            recorded INTEGER,
            PRIMARY KEY (path, dataset)
        ) STRICT, WITHOUT ROWID;

        """
}
