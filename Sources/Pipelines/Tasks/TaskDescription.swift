import ArtifactStore
import Datasets
import Foundation

/// What one task does: some instances of a pipeline, each by a program of its own, on a machine that sees the shared folder and
/// not the store.
public struct TaskDescription: Codable, Hashable, Sendable {
    /// Of the programs that described it. Others may make something else of it.
    public var version: String
    /// Of each program.
    public var threads: Int
    /// How many programs run at a time.
    public var sideBySide: Int
    public var work: [Work]

    public init(version: String, threads: Int, sideBySide: Int, work: [Work]) {
        self.version = version
        self.threads = threads
        self.sideBySide = sideBySide
        self.work = work
    }

    /// What one program makes.
    public struct Work: Codable, Hashable, Sendable {
        /// Of the instance.
        public var key: ArtifactKey
        /// What the instance is called by people.
        public var name: String
        /// Such as "spg-fit".
        public var program: String
        /// All but `--store` and `--threads`.
        public var arguments: [String]
        /// Names of the small stores of its inputs, in the folder's `inputs`.
        public var inputs: [String]
        /// Where it makes only a part of what the instance is to have.
        public var part: Part?

        public init(
            key: ArtifactKey, name: String, program: String, arguments: [String], inputs: [String], part: Part? = nil
        ) {
            self.key = key
            self.name = name
            self.program = program
            self.arguments = arguments
            self.inputs = inputs
            self.part = part
        }

        /// What it is in the task's folder.
        var label: ResultLabel { ResultLabel(key: key, part: part) }
    }

    /// One of the parts in which the images of a domain are encoded.
    public struct Part: Codable, Hashable, Sendable {
        /// From 0.
        public var index: Int
        public var count: Int

        public init(index: Int, count: Int) {
            self.index = index
            self.count = count
        }
    }
}

/// How a piece of work came to its end. Of work that a signal has interrupted there is none: it is to go on.
public struct TaskEnding: Codable, Hashable, Sendable {
    public var key: ArtifactKey
    public var part: TaskDescription.Part?
    /// The program's exit status, or 128 and the number of the signal that killed it.
    public var status: Int32
    /// How it ended, in words.
    public var summary: String
    /// What it wrote on its standard error: from its last error message on, or else the end of it. Empty where it ended well.
    public var message: String
    /// Whether the store had it by the time at which it was merged.
    public var found: Bool
    /// By the clock.
    public var seconds: Double
    public var processorSeconds: Double
    public var peakBytes: Int
    /// The machine's name.
    public var node: String
    /// What the program wrote on its standard error.
    public var log: String

    public init(
        key: ArtifactKey, part: TaskDescription.Part? = nil, status: Int32, summary: String, message: String = "",
        found: Bool = false, seconds: Double = 0, processorSeconds: Double = 0, peakBytes: Int = 0, node: String = "",
        log: String = ""
    ) {
        self.key = key
        self.part = part
        self.status = status
        self.summary = summary
        self.message = message
        self.found = found
        self.seconds = seconds
        self.processorSeconds = processorSeconds
        self.peakBytes = peakBytes
        self.node = node
        self.log = log
    }
}

/// What the files of a piece of work are called in its task's folder: `KEY`, or `KEY.2-of-8` of a part.
struct ResultLabel: Hashable, CustomStringConvertible {
    var key: ArtifactKey
    var part: TaskDescription.Part?

    init(key: ArtifactKey, part: TaskDescription.Part?) {
        (self.key, self.part) = (key, part)
    }

    /// Nil for a text that is none.
    init?(_ text: String) {
        let pieces = text.split(separator: ".", omittingEmptySubsequences: false)
        guard let first = pieces.first, let key = Digest(first), pieces.count <= 2 else { return nil }
        self.key = key
        guard pieces.count == 2 else { return }
        let numbers = pieces[1].components(separatedBy: "-of-").map { Int($0) }
        guard numbers.count == 2, let number = numbers[0], let count = numbers[1], (1...count).contains(number) else {
            return nil
        }
        part = TaskDescription.Part(index: number - 1, count: count)
    }

    var description: String { "\(key)" + (part.map { ".\($0.index + 1)-of-\($0.count)" } ?? "") }
}
