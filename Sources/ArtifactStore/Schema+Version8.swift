/// Version 8, each part in the file of what it is about.
extension Schema {
    static let version8 = changeTimes + contentDigests + requests

    /// When the file system last changed anything about a file (`FileStamp`).
    static let changeTimes = ""

    /// A digest over all rows of an artifact.
    static let contentDigests = ""

    /// What pipeline files have asked for.
    static let requests = ""
}
