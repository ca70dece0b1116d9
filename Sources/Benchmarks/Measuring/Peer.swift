import Foundation

/// A Python process that does the same work the usual way, a line of JSON for each request and each answer.
///
/// Between its turns it is stopped: ONNX Runtime's and PyTorch's threads would go on spinning on the cores that are measured.
public final class Peer {
    /// What runs the models; Pillow reads the images for either.
    public enum Runtime: String, Codable, CodingKeyRepresentable, Sendable, CaseIterable {
        case pytorch = "PyTorch"
        case onnxRuntime = "ONNX Runtime"

        /// The Python modules that it takes, for people.
        public var modules: String { self == .pytorch ? "PyTorch and Pillow" : "ONNX Runtime, PyTorch and Pillow" }
    }

    /// What the process said of itself.
    public struct Versions: Codable, Sendable {
        public var python, runtime, pillow: String
        public var threads: Int
    }

    public let runtime: Runtime
    public let versions: Versions
    private let process: Process
    private let requests: FileHandle, answers: FileHandle
    private var unread = Data()

    /// Starts the process.
    /// - Throws: ``BenchmarkError/peer(_:)`` with Python's own words, for instance where it lacks the runtime.
    public init(_ runtime: Runtime, python: String, script: String, threads: Int) throws {
        self.runtime = runtime
        let process = Process(), input = Pipe(), output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            python, script, "--threads", "\(threads)", "--runtime", runtime == .pytorch ? "pytorch" : "onnxruntime",
        ]
        process.standardInput = input
        process.standardOutput = output
        do { try process.run() } catch { throw BenchmarkError.peer("\(python) cannot be started: \(error)") }
        self.process = process
        (requests, answers) = (input.fileHandleForWriting, output.fileHandleForReading)
        var unread = Data()
        versions = try Self.answer(from: answers, &unread)
        self.unread = unread
    }

    /// The most memory that the process holds.
    var memory: PeakMemory { PeakMemory(of: process.processIdentifier) }

    deinit {
        // Closing its input does not end it while another child process holds a copy of the pipe's end.
        process.terminate()
        kill(process.processIdentifier, SIGCONT)
        process.waitUntilExit()
    }

    /// Makes the process ready for a task, in place of the one before; it does it once, unmeasured.
    /// - Returns: some numbers of the outcome.
    func prepare(_ task: PeerTask) throws -> [Float] {
        struct Outcome: Decodable { var outcome: [Float] }
        try send(try JSONEncoder().encode(task))
        return try (answer() as Outcome).outcome
    }

    /// Lets the process drop what the task before holds.
    func forget() throws {
        struct Forgotten: Decodable { var outcome: [Float] }
        try send(Data("{\"kind\": \"forget\"}".utf8))
        _ = try answer() as Forgotten
    }

    /// The seconds that doing the task once more takes, in the mean over a turn.
    func run(_ clock: Stopwatch.Clock) throws -> Double {
        struct Time: Decodable { var seconds: Double }
        try send(Data("{\"kind\": \"run\", \"clock\": \"\(clock.rawValue)\"}".utf8))
        return try (answer() as Time).seconds
    }

    private func send(_ request: Data) throws {
        guard process.isRunning else { throw BenchmarkError.peer("it has ended") }
        kill(process.processIdentifier, SIGCONT)
        try requests.write(contentsOf: request + Data("\n".utf8))
    }

    private func answer<Answer: Decodable>() throws -> Answer {
        defer { kill(process.processIdentifier, SIGSTOP) }
        return try Self.answer(from: answers, &unread)
    }

    private static func answer<Answer: Decodable>(from handle: FileHandle, _ unread: inout Data) throws -> Answer {
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Data(unread[..<end])
                unread = Data(unread[(end + 1)...])
                do { return try JSONDecoder().decode(Answer.self, from: line) } catch {
                    throw BenchmarkError.peer(String(decoding: line, as: UTF8.self))
                }
            }
            let more = handle.availableData
            if more.isEmpty { throw BenchmarkError.peer("it ended; what it said is above") }
            unread += more
        }
    }
}
