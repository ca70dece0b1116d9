import ArgumentParser
import ArtifactStore
import Foundation
import PromptLearning
import Stages

/// What the executables' exit statuses mean; numbers from sysexits.h where it has one.
public enum ExitStatus: Int32, Sendable {
    case success = 0
    /// `spg run`: a stage failed; what does not depend on it has been made.
    case stageFailed = 1
    /// A wrong command line, as `ArgumentParser` has it.
    case usage = 64
    /// Bad input: a pipeline file, images, a checkpoint, an artifact, a file that is no store.
    case badData = 65
    /// The machine's side: a full disk, a file or store that cannot be read, written or locked.
    case inputOutput = 74
    /// Ended by Ctrl-C; the same command goes on where it stopped.
    case interrupted = 130

    /// The status for an error that ends a command.
    public init(for error: any Error) {
        self =
            switch error {
            case is CancellationError: .interrupted
            case is ParameterError, is UnfitParameter, StoreError.badName: .usage
            case StoreError.diskFull, StoreError.readOnly, StoreError.busy, StoreError.cannotOpen, StoreError.failed,
                StoreError.cannotWrite, StoreError.inUse:
                .inputOutput
            case is POSIXError, is CocoaError: .inputOutput
            case let trouble as any MachineTrouble where trouble.isOfMachine: .inputOutput
            default: .badData
            }
    }
}

/// Runs a command's body. An error is printed as `Error: …` on standard error and becomes the exit status.
///
/// What `ArgumentParser` itself handles (help, usage, exit codes) passes through.
/// - Throws: `ExitCode`, or what passes through.
public func reportingErrors(_ body: () throws -> Void) throws {
    do { try body() } catch { throw reported(error) }
}

/// As above, for a command that waits.
/// - Throws: `ExitCode`, or what passes through.
public func reportingErrors(_ body: () async throws -> Void) async throws {
    do { try await body() } catch { throw reported(error) }
}

private func reported(_ error: any Error) -> any Error {
    if error is ExitCode || error is CleanExit || error is ValidationError { return error }
    if !(error is CancellationError) { Console.standardError.line("Error: \(message(of: error))") }
    return ExitCode(ExitStatus(for: error).rawValue)
}

/// What an error says to people.
public func message(of error: any Error) -> String {
    switch error {
    case is CocoaError, is POSIXError: error.localizedDescription
    default: (error as? any LocalizedError)?.errorDescription ?? "\(error)"
    }
}
