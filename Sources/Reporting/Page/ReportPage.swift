import ArtifactStore
import Foundation

/// A report as one file of HTML that needs nothing else: no network, no server.
public struct ReportPage: Sendable {
    let report: ExperimentReport
    private let parts: [PagePart]
    /// After how many seconds the page is read again by itself; nil for never.
    private let reload: Int?

    /// - Parameters:
    ///   - report: what the page is about.
    ///   - seconds: after how long the page that is open is read again, since a new one will be in its place by then.
    public init(_ report: ExperimentReport, reloadsAfter seconds: Double? = nil) {
        self.report = report
        reload = seconds.map { Int($0.rounded(.up)) }
        parts = [
            .results(report), .curves(report), .targets(report), .map(report), .gallery(report), .stages(report), .cost(report),
            .run(report),
        ]
    }

    /// All charts of the page, in its order.
    public var charts: [Chart] { parts.flatMap(\.charts) }

    /// The file's text.
    public var text: String {
        let title = "\(report.name): report"
        let reload: HTML = reload.map { "\n<meta http-equiv=\"refresh\" content=\"\($0)\">" } ?? ""
        let links = parts.map { part -> HTML in "<li><a href=\"#\(part.id)\">\(part.name)</a></li>" }
        let pictures = JSONValue.array(report.thumbnails.map { .string($0.base64EncodedString()) })
        let page: HTML = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="generator" content="spg report">\(reload)
            <title>\(title)</title>
            <link rel="icon" href="data:,">
            <style>\(HTML(markup: PageStyle.css))</style>
            </head>
            <body>
            <a class="skip" href="#results">Skip to the results</a>
            <header>
            <h1>\(report.name)</h1>
            <p class="lead">\(report.lead)</p>
            <dl class="facts">\(report.facts.map { "<div><dt>\($0.title)</dt><dd>\($0.text)</dd></div>" as HTML })</dl>
            </header>
            <nav aria-label="Parts of this page"><ul>\(links)</ul></nav>
            <main>
            <noscript><p class="alert">Charts are drawn by JavaScript, which is switched off. All tables can be read without.</p></noscript>
            \(parts.map(\.html))
            </main>
            <footer>Written by spg report from the pipeline \(report.file). Charts: Vega, Vega-Lite and Vega-Embed, by the University of
            Washington Interactive Data Lab and contributors, under the BSD 3-Clause licence.</footer>
            <div id="tooltip" role="tooltip" hidden></div>
            <script type="application/json" id="theme">\(HTML(markup: ChartTheme.page.inScript))</script>
            <script type="application/json" id="pictures">\(HTML(markup: pictures.inScript))</script>
            <script>\(HTML(markup: PageScript.library))</script>
            <script>\(HTML(markup: PageScript.own))</script>
            </body>
            </html>

            """
        return page.markup
    }
}

/// A part of the page under a heading.
struct PagePart: Sendable {
    /// Where links lead.
    let id: String
    /// In the list of parts.
    let name: String
    let title: String
    /// A sentence that says how to read it.
    let reading: HTML
    var charts: [Chart] = []
    var body: HTML
    var notes: [String] = []
    var queries: [String] = []

    init(
        _ part: ExperimentReport.Part, name: String, title: String, reading: HTML, charts: [Chart] = [],
        of report: ExperimentReport, body: HTML
    ) {
        (id, self.name, self.title, self.reading) = (part.rawValue, name, title, reading)
        (self.charts, self.body) = (charts, body)
        notes = report.notes[part] ?? []
        queries = report.queries[part] ?? []
    }

    var html: HTML {
        let notes = notes.map { note -> HTML in "<p class=\"notes\">\(note)</p>" }
        let sql: HTML? =
            queries.isEmpty
            ? nil
            : """
            <details class="sql"><summary>The SQL that this is from</summary>
            \(queries.map { "<pre><code>\($0)</code></pre>" as HTML })</details>
            """
        return """
            <section id="\(id)" aria-labelledby="\(id)-title">
            <h2 id="\(id)-title">\(title)</h2>
            <p class="how">\(reading)</p>
            \(body)\(notes)\(sql)
            </section>

            """
    }
}

extension HTML {
    /// Charts with the lists of what can be chosen for all of them.
    /// - Parameters:
    ///   - charts: what is drawn; nothing for none.
    ///   - layout: a class of the page's style: how they stand side by side.
    ///   - aside: what stands among them.
    static func figures(_ charts: [Chart], layout: HTML = "", aside: HTML? = nil) -> HTML {
        guard !charts.isEmpty else { return "" }
        let choices = charts.flatMap(\.choices).uniqued.filter { $0.options.count > 1 }
        let controls: HTML? = choices.isEmpty ? nil : "<div class=\"controls\">\(choices.map(\.html))</div>"
        return "<div class=\"figures\">\(controls)<div class=\"charts \(layout)\">\(charts.map(\.html))\(aside)</div></div>\n"
    }

    /// What stands where there is nothing yet.
    static func empty(_ words: String) -> HTML { "<p class=\"empty\">\(words)</p>\n" }
}

extension Chart.Choice {
    fileprivate var html: HTML {
        "<label>\(title) <select data-parameter=\"\(name)\">\(options.map { "<option>\($0)</option>" as HTML })</select></label>"
    }
}

extension Chart {
    /// A figure that keeps its height free, with the specification that the page's script draws. It is described to whoever
    /// does not see it by the specification's description.
    fileprivate var html: HTML {
        """
        <figure id="figure-\(name)"><figcaption>\(caption)</figcaption>
        <div class="frame" tabindex="0" role="group" aria-label="\(title)"><div class="chart" id="chart-\(name)" \
        style="height:\(height)px;min-width:\(narrowest)px\((widest.map { ";max-width:\($0)px" } ?? "") as String)"></div>\
        <script type="application/json">\(HTML(markup: specification.inScript))</script></div></figure>

        """
    }
}
