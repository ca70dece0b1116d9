import ArtifactStore

extension Chart {
    /// Classes that have a colour of their own; the others share one.
    private static let colouredClasses = 9

    /// Images' features in two dimensions.
    static func features(_ map: PointMap) -> Chart {
        let domains = map.points.map(\.domain).uniqued
        var sizes: [String: Int] = [:]
        for point in map.points { sizes[point.label, default: 0] += 1 }
        let frequent = sizes.keys.sorted { (sizes[$1, default: 0], $0) < (sizes[$0, default: 0], $1) }.prefix(colouredClasses)
        let classes = frequent + (sizes.count > frequent.count ? ["other classes"] : [])
        let color = Choice("colour", title: "colour by", options: ["domain", "class"])
        let only = Choice("domain", title: "domain", options: [Choice.all] + domains)
        let rows = map.points.map { point -> JSONValue in
            var row: [String: JSONValue] = [
                "x": .figure(point.x, digits: 4), "y": .figure(point.y, digits: 4), "domain": .string(point.domain),
                "class": .string(point.label), "group": .string(frequent.contains(point.label) ? point.label : "other classes"),
            ]
            if let thumbnail = point.thumbnail { row["image"] = .number(Double(thumbnail)) }
            return .object(row)
        }
        // Colours begin anew for classes.
        let named: JSONValue = ["expr": "colour === 'domain' ? domains : classes"]
        return Chart(
            "features", "Features of images",
            description: "The features of \(map.points.count) of \(map.total) images "
                + (map.source.map { "where \($0) puts them" } ?? "along their first two principal components")
                + ", coloured by domain or by class.",
            height: 460, choices: [color, only],
            [
                "data": .rows(rows),
                "params": [
                    ["name": "domains", "value": .texts(domains)], ["name": "classes", "value": .texts(classes)],
                ],
                "transform": [
                    only.filter("domain"), ["calculate": "colour === 'domain' ? datum.domain : datum.group", "as": "shown"],
                ],
                "mark": ["type": "circle", "size": 30, "opacity": 0.65],
                "encoding": .object(
                    places(map).merging([
                        "color": .channel(
                            "shown", "nominal", ["title": .null, "scale": ["domain": named], "legend": ["columns": 5]]),
                        "tooltip": .tooltip([("image", "image", nil), ("class", "class", nil), ("domain", "domain", nil)]),
                    ]) { own, _ in own }),
            ])
    }

    /// Prompts in two dimensions: those of the sources' labels, and those that were generated for images of the targets.
    static func prompts(_ map: PointMap) -> Chart {
        let targets = map.points.compactMap(\.target).uniqued, seeds = map.points.compactMap(\.seed).uniqued
        let domains = map.points.map(\.domain).uniqued
        let target = Choice("promptTarget", title: "generated for", options: [Choice.all] + targets)
        let seed = Choice("promptSeed", title: "seed", options: [Choice.all] + seeds)
        let choices = [target, seed].filter { $0.options.count > 2 }
        let kinds = map.points.map(\.label).uniqued
        let rows = map.points.map { point -> JSONValue in
            var row: [String: JSONValue] = [
                "x": .figure(point.x, digits: 4), "y": .figure(point.y, digits: 4), "domain": .string(point.domain),
                "kind": .string(point.label), "seed": .string(point.seed ?? ""),
            ]
            if let target = point.target { row["target"] = .string(target) }
            if let thumbnail = point.thumbnail { row["image"] = .number(Double(thumbnail)) }
            return .object(row)
        }
        // The labels that a target's generator has learned from are those of the other domains.
        let byTarget: JSONValue = [
            "filter": "promptTarget === 'all' || (datum.target ? datum.target === promptTarget : datum.domain !== promptTarget)"
        ]
        let filters = choices.map { $0 == target ? byTarget : $0.filter("seed") }
        return Chart(
            "prompts", "Prompts",
            description:
                "Prompts along the first two principal components of their context vectors: those that were learned on a "
                + "domain, and those that generators wrote for images of a target.",
            height: 460, choices: choices,
            [
                "data": .rows(rows), "transform": .array(filters), "mark": ["type": "point", "filled": true, "opacity": 0.7],
                "encoding": .object(
                    places(map).merging([
                        "color": .channel(
                            "domain", "nominal",
                            [
                                "title": .null, "scale": ["domain": .texts(domains)], "sort": .texts(domains),
                                "legend": ["columns": 5],
                            ]),
                        "shape": .channel(
                            "kind", "nominal",
                            [
                                "title": .null, "sort": .texts(kinds),
                                "scale": [
                                    "domain": .texts(kinds), "range": kinds.count > 1 ? ["diamond", "circle"] : ["circle"],
                                ],
                            ]),
                        "size": .channel(
                            "kind", "ordinal",
                            [
                                "title": .null, "sort": .texts(kinds),
                                "scale": ["domain": .texts(kinds), "range": kinds.count > 1 ? [150, 26] : [60]],
                            ]),
                        "tooltip": .tooltip([
                            ("image", "image", nil), ("kind", "what", nil), ("domain", "domain", nil), ("seed", "seed", nil),
                        ]),
                    ]) { own, _ in own }),
            ])
    }

    private static func places(_ map: PointMap) -> [String: JSONValue] {
        func axis(_ place: Int, _ name: String) -> JSONValue {
            let title =
                map.source.map { "\(name) coordinate of \($0)" }
                ?? "\(name) principal component (\(percent(map.shares.indices.contains(place) ? map.shares[place] : 0)) of the variance)"
            return .channel(
                place == 0 ? "x" : "y", "quantitative",
                [
                    "title": .string(title), "scale": ["zero": false, "nice": false, "padding": 12],
                    "axis": ["labels": false, "ticks": false, "tickCount": 6],
                ])
        }
        return ["x": axis(0, "first"), "y": axis(1, "second")]
    }
}
