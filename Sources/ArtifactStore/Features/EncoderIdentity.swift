import Datasets
import Foundation
import GRDB

/// What decides the features of an image: checkpoint, preprocessing, precision.
public struct EncoderIdentity: Hashable, Sendable {
    /// For people, such as "icon-clip". No part of the identity.
    public let name: String
    /// Numbers in one feature vector.
    public let dimension: Int
    /// The checkpoint's digest and whatever else can change a feature.
    public let parameters: JSONValue

    public init(name: String, dimension: Int, parameters: JSONValue) {
        self.name = name
        self.dimension = dimension
        self.parameters = parameters
    }

    /// SHA-256 of the canonical JSON of dimension and parameters.
    public var key: Digest {
        let identity: JSONValue = ["dimension": .number(Double(dimension)), "parameters": parameters]
        return Digest(of: Data(identity.canonicalText.utf8))
    }
}

extension ArtifactStore {
    /// Makes an encoder known, so that its embeddings can be inserted. Does nothing where it is known.
    /// - Returns: `encoder.key`.
    /// - Throws: `StoreError` where the store cannot be written: it is full, busy, or open for reading only.
    @discardableResult
    public func record(_ encoder: EncoderIdentity) throws -> Digest {
        let key = encoder.key
        let known = try reading { try $0.encoder(key) != nil }
        guard !known else { return key }
        try writing { try $0.record(encoder) }
        return key
    }

    /// Whether an encoder is known.
    /// - Throws: `StoreError` where the store cannot be read.
    package func knows(encoder key: Digest) throws -> Bool {
        try reading { try $0.encoder(key) != nil }
    }

    /// The encoder with a key.
    /// - Throws: `StoreError.unknownEncoder`.
    public func encoder(_ key: Digest) throws -> EncoderIdentity {
        try reading { database in
            guard let row = try database.encoder(key) else { throw StoreError.unknownEncoder(key) }
            return try EncoderIdentity(row)
        }
    }
}

extension EncoderIdentity {
    /// Reads a row of `encoder`.
    init(_ row: Row) throws {
        self.init(
            name: try row.value("name"), dimension: try row.value("dimension", in: Limits.width),
            parameters: try JSONValue(parsing: row.value("parameters")))
    }
}

extension Database {
    /// Makes an encoder known; does nothing where it is known.
    func record(_ encoder: EncoderIdentity) throws {
        try execute(
            sql: "INSERT OR IGNORE INTO encoder (key, name, dimension, parameters) VALUES (?, ?, ?, ?)",
            arguments: [encoder.key.description, encoder.name, encoder.dimension, encoder.parameters.canonicalText])
        if changesCount > 0 { try sealEncoder(lastInsertedRowID) }
    }

    /// An encoder's row, or nil where it is unknown.
    func encoder(_ key: Digest) throws -> Row? {
        try Row.fetchOne(
            cachedStatement(sql: "SELECT * FROM encoder WHERE key = ?"), arguments: [key.description])
    }

    /// The row of a known encoder.
    func encoderID(_ key: Digest) throws -> Int64 {
        guard let row = try encoder(key) else { throw StoreError.unknownEncoder(key) }
        return try row.value("id")
    }

    /// How many numbers a feature of a known encoder has.
    func dimension(ofEncoder key: Digest) throws -> Int {
        guard let row = try encoder(key) else { throw StoreError.unknownEncoder(key) }
        return try row.value("dimension", in: Limits.width)
    }
}
