/// Something that a stage does, as a command of its program says it.
public protocol StageMethod: Sendable {
    /// What a pipeline file names it by, what it takes and what it makes.
    static var kind: StageKind { get }
    /// What it is, in a line.
    static var abstract: String { get }
    /// A command line that it can be tried with, without the program's name.
    static var example: String { get }
}
