import ArtifactStore
import Foundation

/// What TensorBoard reads: events one after another, each between its length and its checksum.
struct EventFile {
    private(set) var data = Data()

    /// - Parameter wallTime: of the first event, which says what the file is: seconds since 1970.
    init(wallTime: Double) {
        append(wallTime: wallTime, step: 0) { $0.add(3, "brain.Event:2") }
    }

    /// Adds what was measured in a step.
    /// - Parameters:
    ///   - value: what was measured.
    ///   - tag: what it is called.
    ///   - step: such as an epoch.
    ///   - wallTime: when that was: seconds since 1970.
    mutating func append(scalar value: Float, tag: String, step: Int, wallTime: Double) {
        append(wallTime: wallTime, step: step) { event in
            event.add(5, Self.summary(tag: tag) { $0.add(2, value) })
        }
    }

    /// Adds a text in Markdown.
    mutating func append(markdown: String, tag: String, wallTime: Double) {
        append(wallTime: wallTime, step: 0) { event in
            event.add(
                5,
                Self.summary(tag: tag) { value in
                    var tensor = ProtocolBuffer()
                    tensor.add(1, Int64(7))  // of texts
                    tensor.add(2, ProtocolBuffer())  // of no dimension
                    tensor.add(8, markdown)
                    value.add(8, tensor)
                    value.add(9, Self.metadata(plugin: "text", content: Data()))
                })
        }
    }

    /// Adds the values that a training was given and when it began, for the plugin that compares trainings by them.
    mutating func append(hyperparameters: [String: JSONValue], began: Double) {
        var session = ProtocolBuffer()
        for (name, value) in hyperparameters.sorted(by: { $0.key < $1.key }) {
            var entry = ProtocolBuffer()
            entry.add(1, name)
            entry.add(2, value.asHyperparameter)
            session.add(1, entry)
        }
        session.add(5, began)
        append(session, as: 3, tag: "_hparams_/session_start_info", wallTime: began)
    }

    /// Adds that a training ended well.
    mutating func append(ended: Double) {
        var session = ProtocolBuffer()
        session.add(1, Int64(1))
        session.add(2, ended)
        append(session, as: 4, tag: "_hparams_/session_end_info", wallTime: ended)
    }

    private mutating func append(_ session: ProtocolBuffer, as field: Int, tag: String, wallTime: Double) {
        var content = ProtocolBuffer()
        content.add(field, session)
        append(wallTime: wallTime, step: 0) { event in
            event.add(5, Self.summary(tag: tag) { $0.add(9, Self.metadata(plugin: "hparams", content: content.bytes)) })
        }
    }

    private static func summary(tag: String, _ fill: (inout ProtocolBuffer) -> Void) -> ProtocolBuffer {
        var value = ProtocolBuffer(), summary = ProtocolBuffer()
        value.add(1, tag)
        fill(&value)
        summary.add(1, value)
        return summary
    }

    private static func metadata(plugin: String, content: Data) -> ProtocolBuffer {
        var data = ProtocolBuffer(), metadata = ProtocolBuffer()
        data.add(1, plugin)
        if !content.isEmpty { data.add(2, content) }
        metadata.add(1, data)
        return metadata
    }

    private mutating func append(wallTime: Double, step: Int, _ fill: (inout ProtocolBuffer) -> Void) {
        var event = ProtocolBuffer()
        event.add(1, wallTime)
        if step != 0 { event.add(2, Int64(step)) }
        fill(&event)
        let length = withUnsafeBytes(of: UInt64(event.bytes.count).littleEndian) { Data($0) }
        for part in [length, event.bytes] {
            data.append(part)
            withUnsafeBytes(of: CRC32C.masked(part).littleEndian) { data.append(contentsOf: $0) }
        }
    }
}

extension JSONValue {
    /// A number, a truth or a text; lists and the like are texts.
    fileprivate var asHyperparameter: ProtocolBuffer {
        var value = ProtocolBuffer()
        switch self {
        case .number(let number): value.add(2, number)
        case .bool(let isTrue): value.add(4, Int64(isTrue ? 1 : 0))
        case .string(let text): value.add(3, text)
        default: value.add(3, canonicalText)
        }
        return value
    }
}
