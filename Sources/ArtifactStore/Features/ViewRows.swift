import GRDB

/// `embedding` and `block_statistic` have a row for each encoder, view and image; what a domain has of them is read here.
extension Database {
    /// Goes through a manifest's images in their order, with what a column has of one view of each.
    /// - Parameters:
    ///   - column: of the table; it is the only column of the rows, and NULL where there is no row of the image.
    ///   - table: the table's name.
    ///   - id: the manifest.
    ///   - body: called with each image's place and row.
    func forEachImage(
        _ column: String, of table: String, manifest id: Int64, encoderID: Int64, view: String,
        _ body: (_ position: Int, _ row: SQLiteStatement) throws -> Void
    ) throws {
        var position = 0
        try forEachRow(
            """
            SELECT \(table).\(column) FROM manifest_image
            LEFT JOIN \(table) ON \(table).encoder_id = ?
                AND \(table).view_id = (SELECT id FROM image_view WHERE name = ?)
                AND \(table).image_id = manifest_image.image_id
            WHERE manifest_image.manifest_id = ? ORDER BY manifest_image.position
            """, [encoderID, view, id]
        ) { row in
            try body(position, row)
            position += 1
        }
    }

    /// Copies the blobs of a column straight from SQLite's pages, side by side: features are the store's bulk, and a run reads
    /// them all.
    /// - Parameters:
    ///   - size: of each blob, in bytes.
    ///   - destination: has that much room for each image of the manifest.
    ///   - misfit: the error for a blob of another size.
    /// - Returns: the places of the images that have none.
    func copyBlobs(
        _ column: String, of table: String, manifest id: Int64, encoderID: Int64, view: String, size: Int,
        to destination: UnsafeMutableRawPointer, misfit: (_ position: Int, _ bytes: Int) -> StoreError
    ) throws -> [Int] {
        var missing: [Int] = []
        try forEachImage(column, of: table, manifest: id, encoderID: encoderID, view: view) { position, row in
            guard let bytes = blob(row, 0) else { return missing.append(position) }
            guard bytes.count == size else { throw misfit(position, bytes.count) }
            UnsafeMutableRawBufferPointer(start: destination + position * size, count: size).copyMemory(from: bytes)
        }
        return missing
    }

    /// The images of a manifest that a table has no row of for a view: how many, and the path of the first; nil for none.
    func images(
        without table: String, manifest id: Int64, encoderID: Int64, viewID: Int64
    ) throws -> (count: Int, first: String)? {
        let missing = try Row.fetchOne(
            self,
            sql: """
                SELECT count(*) AS images, path FROM (
                    SELECT path FROM manifest_image WHERE manifest_id = ? AND NOT EXISTS (
                        SELECT 1 FROM \(table) WHERE encoder_id = ? AND view_id = ?
                            AND \(table).image_id = manifest_image.image_id)
                    ORDER BY position)
                """, arguments: [id, encoderID, viewID])
        guard let missing, case let count:Int = try missing.value("images"), count > 0 else { return nil }
        return (count, try missing.value("path"))
    }
}
