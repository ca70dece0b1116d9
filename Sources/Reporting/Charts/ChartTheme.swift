import ArtifactStore

/// Colours and fonts of charts: Vega's configuration.
public enum ChartTheme {
    /// For a page: colours are the page's variables, which follow its setting of light and dark, and print.
    public static let page = theme(
        ink: "var(--ink)", quiet: "var(--quiet)", line: "var(--line)", page: "var(--page)",
        series: (1...10).map { "var(--series-\($0))" },
        font: "system-ui, sans-serif", size: 12)

    /// For a document of white pages: dark text, colours that print, without a background.
    /// - Parameter size: of the letters, in points.
    public static func paper(size: Double) -> JSONValue {
        theme(
            ink: "#1f2328", quiet: "#59636e", line: "#d8dee4", page: "#ffffff", series: lightSeries, font: "sans-serif",
            size: size)
    }

    /// Blue first and orange second: what is right and what is wrong, or more and less, where there are two. No two of the
    /// first eight are told apart by red and green alone.
    static let lightSeries = [
        "#2563c9", "#b04d05", "#0f7b6c", "#a3329b", "#8a6d00", "#5b4bc4", "#b3283d", "#3a7d1e", "#0b7a9e", "#6b6f76",
    ]
    static let darkSeries = [
        "#79a8ff", "#f59a4c", "#4fc8b4", "#e28bdb", "#d9bb4a", "#a99cf5", "#f28b9a", "#8fd06b", "#62c3e6", "#a9b0b8",
    ]

    private static func theme(
        ink: String, quiet: String, line: String, page: String, series: [String], font: String, size: Double
    ) -> JSONValue {
        let (ink, quiet, line, page, font, size) = (
            JSONValue.string(ink), JSONValue.string(quiet), JSONValue.string(line), JSONValue.string(page),
            JSONValue.string(font),
            JSONValue.number(size)
        )
        let first = JSONValue.string(series[0])
        let label: JSONValue = .number((Double(size.number ?? 12) * 0.92 * 10).rounded() / 10)
        return [
            "background": .null, "font": font,
            "view": ["stroke": .null],
            "mark": ["color": first, "tooltip": true],
            "rule": ["color": quiet], "text": ["color": ink, "fontSize": label], "line": ["strokeWidth": 1.6],
            "point": ["size": 36], "bar": ["color": first],
            "style": [
                "reference": ["color": quiet, "stroke": quiet, "strokeDash": [4, 4]],
                "hollow": ["color": quiet, "stroke": quiet],
                "note": ["fill": ink, "fontSize": size, "fontWeight": 600], "card": ["color": page, "fill": page],
            ],
            "range": ["category": .texts(series)],
            "axis": [
                "labelColor": quiet, "titleColor": ink, "gridColor": line, "domainColor": line, "tickColor": line,
                "labelFontSize": label, "titleFontSize": label, "titleFontWeight": 600, "labelLimit": 150, "labelPadding": 4,
                "titlePadding": 8, "tickSize": 4,
            ],
            "axisY": ["domain": false, "ticks": false],
            "legend": [
                "labelColor": ink, "titleColor": quiet, "labelFontSize": label, "titleFontSize": label, "titleFontWeight": 600,
                "orient": "top", "labelLimit": 180, "symbolStrokeWidth": 2, "columnPadding": 14,
            ],
            "header": ["labelColor": ink, "titleColor": ink, "labelFontSize": label],
        ]
    }
}
