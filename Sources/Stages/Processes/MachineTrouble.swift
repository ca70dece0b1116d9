/// An error that may be the machine's, as where a program that is needed is not on it, and no fault of what was given.
public protocol MachineTrouble: Error {
    var isOfMachine: Bool { get }
}
