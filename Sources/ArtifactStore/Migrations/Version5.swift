extension Migrations {
    /// Version 5: how far a prediction's probability varies over several draws.
    static let version5 = """
        ALTER TABLE prediction ADD COLUMN spread REAL;

        """
}
