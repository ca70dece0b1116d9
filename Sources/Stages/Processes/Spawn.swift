import Foundation

/// Starts a program in a process group of its own, with the signals' usual meanings, whatever this process ignores or blocks.
///
/// - Parameters:
///   - words: the program's path and its arguments.
///   - environment: variables besides this process's, or in place of them.
///   - prepare: says what the child's descriptors are.
/// - Returns: 0, or the system's number of the error.
package func spawn(
    _ child: inout pid_t, _ words: [String], environment: [String: String] = [:],
    _ prepare: (inout posix_spawn_file_actions_t) -> Void
) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    prepare(&actions)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGXFSZ] { sigaddset(&signals, signal) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
        &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    let arguments = words.map { (word: String) in strdup(word) }
    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }.map { strdup("\($0.key)=\($0.value)") }
    defer { (arguments + variables).forEach { free($0) } }
    return posix_spawn(&child, words[0], &actions, &attributes, arguments + [nil], variables + [nil])
}
