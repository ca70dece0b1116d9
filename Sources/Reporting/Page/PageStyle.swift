/// The page's look: light and dark by the reader's setting, narrow screens, print.
enum PageStyle {
    static let css = """
        :root { color-scheme: light dark; \(variables(.light)) }
        @media screen and (prefers-color-scheme: dark) { :root { \(variables(.dark)) } }
        \(rules)
        """

    private enum Setting { case light, dark }

    private static func variables(_ setting: Setting) -> String {
        let colors =
            switch setting {
            case .light:
                [
                    "ink": "#1f2328", "quiet": "#59636e", "line": "#d8dee4", "page": "#ffffff", "panel": "#f6f8fa",
                    "accent": "#1d55b0",
                ]
            case .dark:
                [
                    "ink": "#e6edf3", "quiet": "#a2acb7", "line": "#343c46", "page": "#0f1318", "panel": "#181e26",
                    "accent": "#8ab4ff",
                ]
            }
        let series = setting == .light ? ChartTheme.lightSeries : ChartTheme.darkSeries
        return
            (colors.sorted { $0.key < $1.key }.map { "--\($0.key): \($0.value);" }
            + series.enumerated().map { "--series-\($0 + 1): \($1);" }).joined(separator: " ")
    }

    private static let rules = """
        * { box-sizing: border-box; }
        html { scroll-behavior: smooth; scroll-padding-top: 3.5rem; }
        @media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
        body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
        .skip { position: absolute; left: -999px; } .skip:focus { left: 1rem; top: 1rem; background: var(--page); padding: .5rem; z-index: 9; }
        header, main, footer { max-width: 1180px; margin: 0 auto; padding: 0 1.25rem; }
        header { padding-top: 1.6rem; }
        h1 { font-size: 1.9rem; line-height: 1.2; margin: 0; letter-spacing: -.01em; overflow-wrap: anywhere; }
        .lead { font-size: 1.08rem; color: var(--quiet); margin: .35rem 0 1.1rem; max-width: 70ch; }
        .lead strong { color: var(--ink); }
        .facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: .8rem 1.4rem; margin: 0 0 1.2rem;
            padding: .9rem 1.1rem; background: var(--panel); border-radius: 10px; }
        .facts dt { font-size: .74rem; font-weight: 600; letter-spacing: .04em; text-transform: uppercase; color: var(--quiet); }
        .facts dd { margin: 0; font-size: .94rem; line-height: 1.4; overflow-wrap: anywhere; }
        nav { position: sticky; top: 0; z-index: 5; background: var(--page); border-bottom: 1px solid var(--line); }
        nav ul { max-width: 1180px; margin: 0 auto; padding: .1rem .6rem; list-style: none; display: flex; gap: .1rem; overflow-x: auto; }
        nav a { display: block; padding: .6rem .65rem; font-size: .9rem; color: var(--quiet); text-decoration: none; white-space: nowrap; }
        nav a:hover { color: var(--ink); text-decoration: underline; text-underline-offset: 4px; }
        a { color: var(--accent); }
        section { padding: 2.2rem 0 .6rem; }
        section + section { border-top: 1px solid var(--line); }
        h2 { font-size: 1.42rem; line-height: 1.25; margin: 0 0 .3rem; }
        h3 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; overflow-wrap: anywhere; }
        .how { color: var(--quiet); max-width: 78ch; margin: 0 0 1rem; }
        .alert { margin: 0 0 1.3rem; border-left: 4px solid var(--series-2); background: var(--panel); padding: .7rem 1rem; border-radius: 0 8px 8px 0; }
        .alert p { margin: 0 0 .4rem; } .alert .scroll { margin: 0; } .alert thead th { background: none; } .alert p:last-child { margin: 0; }
        .empty { color: var(--quiet); font-style: italic; }
        .scroll { overflow-x: auto; margin: 0 0 1.3rem; } table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
        caption { text-align: left; color: var(--quiet); padding: 0 0 .4rem; font-size: .88rem; }
        th, td { text-align: left; padding: .38rem .75rem; vertical-align: top; overflow-wrap: break-word; }
        th:first-child { min-width: 8rem; }
        thead th { border-bottom: 2px solid var(--line); font-weight: 600; vertical-align: bottom; background: var(--page); }
        tbody th { font-weight: 500; } tbody tr { border-bottom: 1px solid var(--line); } tbody tr.ruled { border-top: 2px solid var(--line); }
        tbody tr:hover { background: var(--panel); }
        .number { text-align: right; } td.number { white-space: nowrap; } td strong { font-weight: 700; }
        tr.best { background: color-mix(in srgb, var(--series-1) 11%, transparent); }
        tr.best th::after { content: " ★"; color: var(--accent); }
        th button { all: unset; cursor: pointer; font-weight: 600; } th button::after { content: " ↕"; color: var(--quiet); font-weight: 400; }
        th[aria-sort=ascending] button::after { content: " ↑"; color: var(--accent); }
        th[aria-sort=descending] button::after { content: " ↓"; color: var(--accent); }
        .notes { font-size: .84rem; color: var(--quiet); }
        :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
        .controls { display: flex; flex-wrap: wrap; gap: .6rem 1.2rem; margin: .8rem 0; }
        .controls label { font-size: .88rem; color: var(--quiet); display: flex; gap: .45rem; align-items: center; }
        select { font: inherit; color: var(--ink); background: var(--panel); border: 1px solid var(--line); border-radius: 6px;
            padding: .28rem .5rem; max-width: 16rem; }
        .charts { display: grid; gap: 1.2rem 1.6rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 330px), 1fr)); }
        .charts.wide { grid-template-columns: minmax(0, 1fr); }
        .charts.targets { grid-template-columns: minmax(0, 1fr); grid-auto-flow: dense; }
        @media (min-width: 900px) { .charts.targets { grid-template-columns: minmax(0, 6fr) minmax(0, 5fr); grid-template-rows: auto auto auto 1fr; }
            #figure-confusion { grid-column: 1 / -1; } #figure-class-gains { grid-row: 2 / span 3; } }
        figure { margin: 0; min-width: 0; } figcaption { font-weight: 600; font-size: .95rem; margin-bottom: .3rem; }
        .frame { overflow-x: auto; } .chart { width: 100%; display: block; } .chart svg { max-width: 100%; height: auto; display: block; }
        .chart.failed { border: 1px dashed var(--line); padding: 1rem; color: var(--quiet); }
        details { margin: .7rem 0; } summary { cursor: pointer; color: var(--quiet); font-size: .88rem; width: fit-content; }
        details[open] > summary { margin-bottom: .5rem; }
        pre { background: var(--panel); border-radius: 8px; padding: .8rem 1rem; overflow-x: auto; margin: .4rem 0; tab-size: 2;
            font: .82rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
        code { font: .88em ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
        .gallery { list-style: none; margin: 0 0 1rem; padding: 0; display: grid; gap: .8rem; grid-template-columns: repeat(auto-fill, minmax(160px, 1fr)); }
        .gallery li { font-size: .8rem; line-height: 1.35; background: var(--panel); border-radius: 8px; padding: .6rem; overflow-wrap: anywhere; }
        .picture { height: 72px; display: grid; place-items: center; margin-bottom: .45rem; color: var(--quiet); text-align: center; }
        .picture img { background: #fff; border-radius: 4px; } .truth { font-weight: 600; }
        .said { color: var(--quiet); display: block; } .right { color: var(--series-1); } .wrong { color: var(--series-2); }
        #tooltip { position: fixed; z-index: 20; pointer-events: none; background: var(--page); color: var(--ink); font-size: .84rem;
            border: 1px solid var(--line); border-radius: 8px; padding: .5rem .7rem; box-shadow: 0 4px 16px rgb(0 0 0 / .22); max-width: 300px; }
        #tooltip[hidden] { display: none; } #tooltip img { display: block; margin: 0 auto .4rem; background: #fff; border-radius: 4px; }
        #tooltip dl { margin: 0; display: grid; grid-template-columns: auto 1fr; gap: .1rem .6rem; }
        #tooltip dt { color: var(--quiet); } #tooltip dd { margin: 0; overflow-wrap: anywhere; }
        footer { color: var(--quiet); font-size: .84rem; padding-top: 1.5rem; padding-bottom: 2.5rem; }
        @media (max-width: 600px) { body { font-size: 15px; } h1 { font-size: 1.5rem; } .facts { grid-template-columns: 1fr 1fr; padding: .8rem; }
            header, main, footer { padding-left: .9rem; padding-right: .9rem; } th, td { padding: .34rem .5rem; } th:first-child { min-width: 6.5rem; } }
        @media print {
            @page { margin: 14mm; } body { font-size: 10.5pt; } nav, .controls, .skip, #tooltip { display: none; }
            header, main, footer { max-width: none; padding: 0; } section { padding-top: 1rem; }
            figure, tr, .gallery li, .facts { break-inside: avoid; } h2, h3, h4, .how, figcaption { break-after: avoid; }
            .gallery { grid-template-columns: repeat(6, 1fr); gap: .4rem; } .gallery li { padding: .3rem; font-size: .68rem; }
            .scroll, .frame { overflow: visible; } .chart { min-width: 0 !important; } details.sql { display: none; }
            .charts.wide, .charts.targets { display: block; } .charts { grid-template-columns: 1fr 1fr; } figure { margin-bottom: 1rem; } a { color: inherit; text-decoration: none; }
            th button::after { content: ""; } .facts, .alert, .gallery li, pre { background: none; border: 1px solid var(--line); }
        }
        """
}
