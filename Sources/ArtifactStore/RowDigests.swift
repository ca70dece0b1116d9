/// Digests of single rows that no artifact owns, in SQL: over the row's other columns.
enum RowDigest {
    /// Of an encoder, with its name, which is no part of its key, and its blocks.
    static let encoder = of("""
        key, name, dimension, parameters, (
            SELECT json_group_array(json_array(block, first, width)) FROM (
                SELECT * FROM encoder_block WHERE encoder_id = encoder.id ORDER BY block))
        """)

    /// Of a file whose digest is remembered, and of a domain that was seen.
    static let file = of("path, size, modified, changed, inode, hex(sha256)")
    static let domain = of("path, dataset, hex(listing), key, recorded")

    private static func of(_ columns: String) -> String { "sha256(CAST(json_array(\(columns)) AS BLOB))" }
}
