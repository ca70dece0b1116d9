import Datasets
import Foundation
import GRDB

/// A table whose rows belong to artifacts. What its rows refer to is read by what that is known by in every store, since each
/// store numbers its rows by itself.
struct OwnedTable: Sendable {
    /// What a column refers to.
    enum Reference {
        case artifact, encoder, view, image

        /// The value that a row here is known by elsewhere.
        func identity(of column: String) -> String {
            switch self {
            case .artifact: "(SELECT key FROM artifact WHERE id = \(column))"
            case .encoder: "(SELECT key FROM encoder WHERE id = \(column))"
            case .view: "(SELECT name FROM image_view WHERE id = \(column))"
            case .image: "(SELECT sha256 FROM image WHERE id = \(column))"
            }
        }
    }

    let name: String
    let owner: String
    let columns: [String]
    let references: [(column: String, to: Reference)]
    /// The column that its rows are sorted by, besides the owner.
    let order: String
    /// The places, among `columns`, of a blob and of its SHA-256.
    let blob: (bytes: Int, digest: Int)?
    /// Whether its rows say what an artifact is, and not what is in it.
    let isOutline: Bool
    /// Whether two artifacts of one key have the same rows in it: when something was measured and seen does not count.
    let isResult: Bool

    private init(
        _ name: String, of owner: String = "artifact_id", _ columns: [String],
        _ references: [(column: String, to: Reference)] = [], by order: String? = nil, blob: (bytes: Int, digest: Int)? = nil,
        isOutline: Bool = false, isResult: Bool = true
    ) {
        (self.name, self.owner, self.columns, self.references) = (name, owner, columns, references)
        (self.order, self.blob, self.isOutline, self.isResult) = (order ?? owner, blob, isOutline, isResult)
    }

    /// What is referred to first comes first.
    static let all = [
        OwnedTable("artifact_input", ["position", "role"], [("input_id", .artifact)], by: "position"),
        OwnedTable("manifest", ["dataset", "domain", "recorded"], isOutline: true, isResult: false),
        OwnedTable("manifest_class", of: "manifest_id", ["label", "name"], by: "label", isOutline: true),
        OwnedTable("manifest_image", of: "manifest_id", ["position", "label", "path"], [("image_id", .image)], by: "position"),
        OwnedTable(
            "embedding_set", ["has_statistics"], [("manifest_id", .artifact), ("encoder_id", .encoder)], isOutline: true),
        OwnedTable("embedding_set_view", of: "embedding_set_id", ["position"], [("view_id", .view)], by: "position"),
        OwnedTable(
            "prompt", ["method", "domain", "seed", "context_length", "width", "vectors", "sha256", "validation_accuracy"],
            blob: (5, 6)),
        OwnedTable("generator", ["method", "domain", "seed", "validation_accuracy"]),
        OwnedTable("tensor", ["name", "shape", "sha256", "vector"], by: "name", blob: (3, 2)),
        OwnedTable("metric", ["epoch", "name", "value"], by: "epoch, name", isResult: false),
        OwnedTable("file", ["name", "file_name", "sha256", "content"], by: "name", blob: (3, 2)),
        OwnedTable("evaluation", ["method", "seed", "images", "accuracy"], [("manifest_id", .artifact)]),
        OwnedTable(
            "prediction", of: "evaluation_id", ["position", "predicted", "probability", "spread"], by: "position"),
        OwnedTable("artifact_digest", ["sha256"], isResult: false),
    ]

    fileprivate var query: String {
        let values = columns + references.map { $0.to.identity(of: $0.column) }
        return "SELECT \(values.joined(separator: ", ")) FROM \(name) WHERE \(owner) = ? ORDER BY \(order)"
    }

    fileprivate var insertion: String {
        let names = [owner] + columns + references.map(\.column)
        return """
            INSERT INTO \(name) (\(names.joined(separator: ", "))) VALUES (\(names.map { _ in "?" }.joined(separator: ", ")))
            """
    }
}

/// All rows of one artifact, as any store can take them.
struct ArtifactRows: Sendable {
    /// Of the table `artifact`, without its number.
    fileprivate var artifact: [DatabaseValue]
    /// Of each table of `OwnedTable.all`: its columns, then what its references are known by.
    fileprivate var owned: [[[DatabaseValue]]]

    fileprivate static let columns = "key, kind, algorithm_version, parameters, created, seconds, bytes"

    /// The artifact without what is in it.
    var outline: ArtifactRows {
        var outline = self
        for (index, table) in OwnedTable.all.enumerated() where !table.isOutline { outline.owned[index] = [] }
        return outline
    }

    /// Whether another artifact of this key holds the same, to the bit.
    func holdsTheSame(as other: ArtifactRows) -> Bool {
        zip(OwnedTable.all, zip(owned, other.owned)).allSatisfy { table, rows in !table.isResult || rows.0 == rows.1 }
    }

    /// Whether every blob has the digest that stands beside it.
    var blobsAreWhole: Bool {
        zip(OwnedTable.all, owned).allSatisfy { table, rows in
            guard let (bytes, digest) = table.blob else { return true }
            return rows.allSatisfy { row in
                Data.fromDatabaseValue(row[bytes]).map(\.sha256) == Data.fromDatabaseValue(row[digest])
            }
        }
    }
}

extension Database {
    /// An artifact's rows, or nil where there is none of this key.
    func rows(ofArtifact key: ArtifactKey) throws -> ArtifactRows? {
        let artifact = try Row.fetchOne(
            cachedStatement(sql: "SELECT \(ArtifactRows.columns), id FROM artifact WHERE key = ?"),
            arguments: [key.description])
        guard let artifact else { return nil }
        let id: Int64 = try artifact.value("id")
        return try ArtifactRows(
            artifact: Array(artifact.databaseValues.dropLast()),
            owned: OwnedTable.all.map { table in
                let rows = try Row.fetchCursor(cachedStatement(sql: table.query), arguments: [id])
                var values: [[DatabaseValue]] = []
                while let row = try rows.next() { values.append(Array(row.databaseValues)) }
                return values
            })
    }

    /// Inserts an artifact that is not there.
    /// - Returns: its number here.
    /// - Throws: `StoreError.noArtifact` or `.unknownEncoder` for what it refers to and is not there.
    @discardableResult
    func insert(_ rows: ArtifactRows) throws -> Int64 {
        try cachedStatement(
            sql: """
                INSERT INTO artifact (\(ArtifactRows.columns)) VALUES (?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: StatementArguments(rows.artifact))
        let id = lastInsertedRowID
        try insert(rows.owned, ofArtifact: id)
        return id
    }

    /// Inserts an artifact, or what is lacking of one that is here in outline.
    func complete(_ rows: ArtifactRows, _ key: ArtifactKey) throws {
        guard let id = try artifactID(key), let mine = try self.rows(ofArtifact: key) else {
            try insert(rows)
            return
        }
        try insert(zip(rows.owned, mine.owned).map { $1.isEmpty ? $0 : [] }, ofArtifact: id)
    }

    /// Puts an artifact in the place of the one of its key that is here. What was made from that stays.
    func replace(_ key: ArtifactKey, with rows: ArtifactRows) throws {
        guard let id = try artifactID(key) else { return }
        try clearContents(ofArtifact: id)
        try cachedStatement(sql: "UPDATE artifact SET (\(ArtifactRows.columns)) = (?, ?, ?, ?, ?, ?, ?) WHERE id = ?").execute(
            arguments: StatementArguments(rows.artifact) + [id])
        try complete(rows, key)
    }

    private func insert(_ owned: [[[DatabaseValue]]], ofArtifact id: Int64) throws {
        for (table, rows) in zip(OwnedTable.all, owned) where !rows.isEmpty {
            let statement = try cachedStatement(sql: table.insertion)
            for row in rows {
                let references = try zip(table.references, row.dropFirst(table.columns.count)).map {
                    try number(of: $1, as: $0.to)
                }
                try statement.execute(
                    arguments: [id] + StatementArguments(row.prefix(table.columns.count)) + StatementArguments(references))
            }
        }
    }

    /// The number here of what is known by a value. Views and images that are new are added.
    private func number(of identity: DatabaseValue, as reference: OwnedTable.Reference) throws -> Int64 {
        switch reference {
        case .artifact, .encoder:
            guard let key = String.fromDatabaseValue(identity).flatMap({ Digest($0) }) else { break }
            if reference == .encoder { return try encoderID(key) }
            guard let id = try artifactID(key) else { throw StoreError.noArtifact(key, nil) }
            return id
        case .view: if let name = String.fromDatabaseValue(identity) { return try viewID(name) }
        case .image:
            guard let digest = Data.fromDatabaseValue(identity).flatMap({ Digest(bytes: $0) }),
                let id = try imageID(digest, adding: true)
            else { break }
            return id
        }
        throw StoreError.badValue("a row refers to what is not there")
    }

    /// Makes an encoder of another store known here, where it is not.
    /// - Throws: `StoreError.unknownEncoder` where the other store does not have it; `.badValue` where it is not what its key
    ///   says.
    func copyEncoder(_ key: Digest, from other: Database) throws {
        guard let row = try other.encoder(key) else { throw StoreError.unknownEncoder(key) }
        let encoder = try EncoderIdentity(row), widths = try other.blockWidths(encoderID: row.value("id"))
        guard encoder.key == key else { throw StoreError.badValue("the encoder \(key.short) is not what its key says") }
        try record(encoder)
        if !widths.isEmpty { try record(widths: widths, encoderID: encoderID(key)) }
    }
}
