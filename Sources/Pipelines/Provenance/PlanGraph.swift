import ArtifactStore
import Datasets

/// A plan as boxes and arrows: each stage, or each instance, with how far it is.
public struct PlanGraph: Sendable {
    struct Node: Sendable {
        var lines: [String]
        /// The word of the state that most needs attention, or nil for the images.
        var state: String?
    }

    private(set) var nodes: [Node] = []
    /// From what is taken to what takes it, by the nodes' places; each arrow once.
    private(set) var edges: [(from: Int, to: Int)] = []

    /// States from the one that most needs attention on, with a fill and a line colour.
    fileprivate static let colors = [
        ("failed", "#f8d7da", "#b02a37"), ("running", "#cfe2ff", "#084298"), ("stale", "#fff3cd", "#997404"),
        ("incomplete", "#ffe5d0", "#984c0c"),
        ("missing", "#f8f9fa", "#6c757d"), ("done", "#d1e7dd", "#0f5132"),
    ]

    /// - Parameters:
    ///   - states: of the plan's instances, in order.
    ///   - byInstance: whether every instance has a box of its own, not only every stage.
    public init(_ plan: Plan, states: [InstanceState], byInstance: Bool) {
        let pairs = zip(plan.instances, states)
        let names = Dictionary(pairs.map { (Name($0.0.name), Name(byInstance ? $0.0.name : $0.0.stage)) }) { first, _ in first }
        var places: [Name: Int] = [:]
        var seen: Set<[Int]> = []
        for (instance, _) in pairs {
            let name = Name(byInstance ? instance.name : instance.stage)
            if places[name] == nil {
                let members = pairs.filter { Name(byInstance ? $0.0.name : $0.0.stage) == name }
                places[name] = nodes.count
                nodes.append(Self.node(instance, states: members.map { $0.1.word }, byInstance: byInstance))
            }
            for source in instance.sources {
                let origin: Name
                switch source {
                case .images(let domain):
                    origin = "\(byInstance ? domain : Name(plan.specification.dataSet(of: domain).dataSet.name)) images"
                case .instance(let input): origin = names[input] ?? input
                }
                if places[origin] == nil {
                    places[origin] = nodes.count
                    guard case .images(let name) = source else { continue }
                    let (dataSet, domain) = plan.specification.dataSet(of: name)
                    nodes.append(Node(lines: [dataSet.name] + (byInstance ? [domain.text] : []), state: nil))
                }
                if let from = places[origin], let to = places[name], seen.insert([from, to]).inserted {
                    edges.append((from, to))
                }
            }
        }
    }

    private static func node(_ instance: Instance, states: [String], byInstance: Bool) -> Node {
        let counts = colors.compactMap { word, _, _ in
            let count = states.count { $0 == word }
            return count == 0 ? nil : byInstance ? word : "\(count) \(word)"
        }
        let lines =
            byInstance ? [instance.stage, instance.labels.joined(separator: ", ")] : [instance.stage, instance.kind.name]
        return Node(
            lines: (lines + [counts.joined(separator: ", ")]).filter { !$0.isEmpty },
            state: colors.map(\.0).first(where: states.contains))
    }

    /// As a flow chart that GitHub, GitLab and many editors draw.
    public var mermaid: String {
        let boxes = nodes.enumerated().map { index, node in
            let label = node.lines.map(\.escapedForMermaid).joined(separator: "<br/>")
            return "  n\(index)[\"\(label)\"]" + (node.state.map { ":::\($0)" } ?? "")
        }
        let arrows = edges.map { "  n\($0.from) --> n\($0.to)" }
        let classes = Self.colors.map { "  classDef \($0) fill:\($1),stroke:\($2),color:#000" }
        return (["flowchart LR"] + boxes + arrows + classes).joined(separator: "\n")
    }

    /// In the language of Graphviz.
    public var dot: String {
        let boxes = nodes.enumerated().map { index, node in
            let label = node.lines.map(\.escapedForDOT).joined(separator: "\\n")
            let color = Self.colors.first { $0.0 == node.state }.map { ", fillcolor=\"\($0.1)\", color=\"\($0.2)\"" }
            return "  n\(index) [label=\"\(label)\"\(color ?? "")];"
        }
        let arrows = edges.map { "  n\($0.from) -> n\($0.to);" }
        let style = "  rankdir=LR; node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=\"sans-serif\"];"
        return (["digraph plan {", style] + boxes + arrows + ["}"]).joined(separator: "\n")
    }
}

extension String {
    fileprivate var escapedForMermaid: String {
        reduce(into: "") { result, character in
            switch character {
            case "\"": result += "#quot;"
            case "<": result += "#lt;"
            case ">": result += "#gt;"
            case "#": result += "#35;"
            default: result.append(character)
            }
        }
    }

    fileprivate var escapedForDOT: String { replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") }
}
