/// Version 8, each part in the file of what it is about.
extension Schema {
    static let version8 = changeTimes + contentDigests + requests

    /// When the file system last changed anything about a file (`FileStamp`). What was remembered without it may be of other
    /// bytes by now, and is read again.
    static let changeTimes = """
        DROP TABLE file_digest;
        CREATE TABLE file_digest (
            path TEXT PRIMARY KEY,
            size INTEGER NOT NULL,
            modified INTEGER NOT NULL,
            changed INTEGER NOT NULL,
            inode INTEGER NOT NULL,
            sha256 BLOB NOT NULL CHECK (length(sha256) = 32)
        ) STRICT, WITHOUT ROWID;
        DELETE FROM seen_domain;

        """
}
