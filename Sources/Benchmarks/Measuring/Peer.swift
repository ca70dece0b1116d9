import Foundation

/// The Python process that does the same work with PyTorch and Pillow, a line of JSON for each request and each answer.
public final class Peer {
    /// What the process said of itself.
    public struct Versions: Codable, Sendable {
        public var python, torch, pillow: String
        public var threads: Int
    }

    public let versions: Versions
    private let process: Process
    private let requests: FileHandle, answers: FileHandle
    private var unread = Data()

    /// Starts the process.
    /// - Throws: ``BenchmarkError/peer(_:)`` with Python's own words, for instance where it has no PyTorch.
    public init(python: String, script: String, threads: Int) throws {
        let process = Process(), input = Pipe(), output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [python, script, "--threads", "\(threads)"]
        process.standardInput = input
        process.standardOutput = output
        do { try process.run() } catch { throw BenchmarkError.peer("\(python) cannot be started: \(error)") }
        self.process = process
        (requests, answers) = (input.fileHandleForWriting, output.fileHandleForReading)
        var unread = Data()
        versions = try Self.answer(from: answers, &unread)
        self.unread = unread
    }

    deinit {
        try? requests.close()  // the process ends with its input
        process.waitUntilExit()
    }

    /// Makes the process ready for a task, in place of the one before; it does it once, unmeasured.
    /// - Returns: some numbers of the outcome.
    func prepare(_ task: PeerTask) throws -> [Float] {
        struct Outcome: Decodable { var outcome: [Float] }
        try send(try JSONEncoder().encode(task))
        return try (answer() as Outcome).outcome
    }

    /// The seconds that doing the task once more takes, in the mean over a turn.
    func run() throws -> Double {
        struct Time: Decodable { var seconds: Double }
        try send(Data("{\"kind\": \"run\"}".utf8))
        return try (answer() as Time).seconds
    }

    private func send(_ request: Data) throws {
        guard process.isRunning else { throw BenchmarkError.peer("it has ended") }
        try requests.write(contentsOf: request + Data("\n".utf8))
    }

    private func answer<Answer: Decodable>() throws -> Answer {
        try Self.answer(from: answers, &unread)
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
