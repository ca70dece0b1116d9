/// A stage of an experiment, all its cells taken together.
public struct StageSummary: Hashable, Sendable {
    public var name: String
    /// What it does, such as `cgan`; for the images that all is made from, nothing.
    public var kind: String?
    /// The stages, or images, that it takes something from, by their places in the list.
    public var inputs: [Int]
    /// How many of its cells are in which state, the state that most needs attention first.
    public var states: [State]
    /// Of what is made, together.
    public var seconds: Double
    public var bytes: Int

    public struct State: Hashable, Sendable {
        public var word: String
        public var count: Int

        public init(_ word: String, _ count: Int) { (self.word, self.count) = (word, count) }
    }

    public init(name: String, kind: String?, inputs: [Int], states: [State], seconds: Double, bytes: Int) {
        (self.name, self.kind, self.inputs) = (name, kind, inputs)
        (self.states, self.seconds, self.bytes) = (states, seconds, bytes)
    }

    /// Such as “15 done”.
    var stateText: String { states.map { "\($0.count) \($0.word)" }.joined(separator: ", ") }
}
