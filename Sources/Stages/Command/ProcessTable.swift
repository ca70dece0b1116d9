import Foundation

/// The processes of this machine, as far as this one may see them.
enum ProcessTable {
    private static var identifiers: [pid_t] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { pid_t($0) }
    }

    /// All that a process has started, directly or not, and what became its child since.
    static func descendants(of ancestor: pid_t) -> [pid_t] {
        var children: [pid_t: [pid_t]] = [:]
        for process in identifiers {
            if let parent = parent(of: process) { children[parent, default: []].append(process) }
        }
        var found: [pid_t] = [], open = [ancestor]
        while let process = open.popLast() {
            let next = children[process] ?? []
            found += next
            open += next
        }
        return found
    }

    /// `ID (NAME) STATE PARENT …`; a name may hold parentheses and spaces.
    private static func parent(of process: pid_t) -> pid_t? {
        guard let data = FileManager.default.contents(atPath: "/proc/\(process)/stat"),
            let end = data.lastIndex(of: UInt8(ascii: ")"))
        else { return nil }
        let fields = String(decoding: data[(end + 1)...], as: UTF8.self).split(separator: " ")
        return fields.count > 1 ? pid_t(fields[1]) : nil
    }

    /// Those whose environment has had a variable of this value from their start on.
    static func processes(with variable: String, _ value: String) -> [pid_t] {
        let entry = Array("\(variable)=\(value)".utf8)
        return identifiers.filter { process in
            guard let data = FileManager.default.contents(atPath: "/proc/\(process)/environ") else { return false }
            return data.split(separator: 0).contains { $0.elementsEqual(entry) }
        }
    }
}
