import ArtifactStore

/// A chart as a Vega-Lite specification: what is drawn, of which numbers; nothing of colours and fonts (`ChartTheme`).
///
/// Names of classes, domains and files are values of the data alone. The fields and parameters that a specification refers to
/// have names of this program.
public struct Chart: Sendable {
    /// In the page and as a file's name: small letters, digits and hyphens.
    public let name: String
    public let title: String
    /// What stands above it in a page whose headings say the rest.
    let caption: String
    /// What it shows, for whoever does not see it.
    public let description: String
    /// Without what all charts have alike.
    let body: [String: JSONValue]
    /// In pixels, axes and legends included: what a page keeps free for it.
    public let height: Int
    /// The narrowest that it can be read at, in pixels; a narrower page scrolls it.
    public var narrowest = 280
    /// The widest that it looks well at, in pixels; nil for as wide as there is room.
    public var widest: Int?
    /// What a reader may choose, besides what a pointer does.
    public var choices: [Choice] = []

    /// A value that the specification has as a parameter: the page has a list to choose it from. Charts that share a
    /// parameter's name are changed together.
    public struct Choice: Hashable, Sendable {
        /// The parameter.
        public let name: String
        public let title: String
        /// The first is chosen at first.
        public let options: [String]

        public init(_ name: String, title: String, options: [String]) {
            (self.name, self.title, self.options) = (name, title, options)
        }

        /// Stands for all of a choice's values.
        static let all = "all"

        /// The parameter in the specification.
        var parameter: JSONValue { ["name": .string(name), "value": .string(options.first ?? "")] }

        /// Keeps the rows whose field has the value that is chosen.
        func filter(_ field: String) -> JSONValue {
            let chosen = "datum.\(field) === \(name)"
            return ["filter": .string(options.first == Self.all ? "\(name) === '\(Self.all)' || \(chosen)" : chosen)]
        }
    }

    static let schema = "https://vega.github.io/schema/vega-lite/v6.json"

    /// The whole specification, as any program that knows Vega-Lite draws it.
    public var specification: JSONValue {
        var members = body
        members["$schema"] = .string(Self.schema)
        members["description"] = .string(description)
        members["width"] = "container"
        members["height"] = .number(Double(height))
        // Axes and legends are inside of that width and height.
        members["autosize"] = ["type": "fit", "contains": "padding"]
        return .object(members)
    }

    /// - Parameters:
    ///   - name: a file's name.
    ///   - title: what is shown.
    ///   - caption: the title in a page whose headings say the rest; nil for the title.
    ///   - description: for whoever does not see it.
    ///   - height: in pixels.
    ///   - choices: what a reader may choose; they become parameters.
    ///   - body: the rest of the specification.
    init(
        _ name: String, _ title: String, caption: String? = nil, description: String, height: Int, choices: [Choice] = [],
        _ body: [String: JSONValue]
    ) {
        (self.name, self.title, self.description, self.height) = (name, title, description, height)
        self.caption = caption ?? title
        var body = body
        if !choices.isEmpty {
            var parameters: [JSONValue] = choices.map(\.parameter)
            if case .array(let own)? = body["params"] { parameters += own }
            body["params"] = .array(parameters)
        }
        (self.body, self.choices) = (body, choices)
    }
}

// Shorthand for what specifications are made of.

extension JSONValue {
    /// The rows of a chart's data.
    static func rows(_ rows: [JSONValue]) -> JSONValue { ["values": .array(rows)] }

    static func texts(_ texts: some Sequence<String>) -> JSONValue { .array(texts.map(JSONValue.string)) }

    /// A number with as many digits as a chart can show.
    static func figure(_ value: Double, digits: Int = 5) -> JSONValue {
        guard value.isFinite else { return .null }
        guard value != 0 else { return 0 }
        var scale = 1.0
        while abs(value) * scale < 0.1, scale < 1e12 { scale *= 10 }
        for _ in 0..<digits { scale *= 10 }
        let rounded = (value * scale).rounded() / scale
        return .number(rounded)
    }

    /// A share as percent.
    static func percent(_ share: Double) -> JSONValue { .number((share * 10000).rounded() / 100) }

    /// An encoding's channel.
    static func channel(_ field: String, _ type: String, _ more: [String: JSONValue] = [:]) -> JSONValue {
        .object(more.merging(["field": .string(field), "type": .string(type)]) { own, _ in own })
    }

    static func tooltip(_ fields: [(field: String, title: String, format: String?)]) -> JSONValue {
        .array(
            fields.map { field, title, format in
                var members: [String: JSONValue] = ["field": .string(field), "title": .string(title)]
                if let format { (members["format"], members["type"]) = (.string(format), "quantitative") }
                return .object(members)
            })
    }
}
