import ArtifactStore
import Reporting
import Testing

@Suite("Tables")
struct TableTests {
    private var table: Table {
        var table = Table([.init("name"), .init("count", .trailing)])
        table.append(["plain", "7"])
        table.append(["a|b, \"c\" ±", "1234567"])
        return table
    }

    @Test("On a screen, columns are aligned and lines end with their text")
    func text() {
        #expect(
            table.text == """
                name          count
                ──────────  ───────
                plain             7
                a|b, "c" ±  1234567
                """)
    }

    @Test("In Markdown, bars are escaped and numbers aligned to the right")
    func markdown() {
        #expect(
            table.markdown == """
                | name        |   count |
                | ----------- | ------: |
                | plain       |       7 |
                | a\\|b, "c" ± | 1234567 |
                """)
    }

    @Test("A line sets rows apart and bold marks cells, where the format has them; caption and notes frame the table")
    func documents() {
        var table = Table([.init("50 % of_all"), .init("a&b", .trailing)])
        table.append(["x {1} $2 #3", "~4^5\\6"])
        table.divide()
        table.append(["[7] 8 ± 9 – “q” →", "10"])
        table.emphasize(row: 1, column: 1)
        (table.caption, table.notes) = ("Table_1", ["[7] a note"])
        #expect(
            table.latex == ##"""
                % needs \usepackage{booktabs}
                \begin{table}
                  \centering
                  \caption{Table\_1}
                  \begin{tabular}{lr}
                    \toprule
                    50 \% of\_all & a\&b \\
                    \midrule
                    x \{1\} \$2 \#3 & \textasciitilde{}4\textasciicircum{}5\textbackslash{}6 \\
                    \midrule
                    {[}7{]} 8 $\pm$ 9 -- ``q'' $\rightarrow$ & \textbf{10} \\
                    \bottomrule
                  \end{tabular}
                  \par\smallskip{\footnotesize {[}7{]} a note\par}
                \end{table}
                """##)
        #expect(
            table.markdown == """
                Table_1

                | 50 % of_all       |    a&b |
                | ----------------- | -----: |
                | x {1} $2 #3       | ~4^5\\6 |
                | [7] 8 ± 9 – “q” → | **10** |

                [7] a note
                """)
        #expect(table.text.split(separator: "\n").count { $0.hasPrefix("──") } == 2)
        #expect(table.csv.split(separator: "\n").count == 3)
        #expect(table.transposed.rows == [["a&b", "~4^5\\6", "10"]])
        #expect(table.transposed.markdown.contains("**10**"))
    }

    @Test("In CSV, only cells that need quotes get them")
    func csv() {
        #expect(table.csv == "name,count\nplain,7\n\"a|b, \"\"c\"\" ±\",1234567\n")
    }
}

@Suite("Tables of accuracies")
struct AccuracyTableTests {
    private typealias Score = AccuracyTable.Score

    @Test("Mean and sample standard deviation over seeds; the average is taken seed by seed")
    func summaries() {
        // Averages over targets: 0.5, 0.6 and 0.7, whatever the single targets do.
        let oil = [0.4, 0.6, 0.8]
        let ink = [0.6, 0.6, 0.6]
        let scores = (0..<3).flatMap { seed in
            [
                Score(method: "SPG", column: "oil", seed: "\(seed)", accuracy: oil[seed]),
                Score(method: "SPG", column: "ink", seed: "\(seed)", accuracy: ink[seed]),
            ]
        }
        let zeroShot = [
            Score(method: "Zero-shot", column: "oil", accuracy: 0.25),
            Score(method: "Zero-shot", column: "ink", accuracy: 0.5),
        ]
        #expect(
            AccuracyTable(zeroShot + scores).table.text == """
                accuracy, %          oil         ink      average
                ───────────  ───────────  ──────────  ───────────
                Zero-shot           25.0        50.0         37.5
                SPG          60.0 ± 20.0  60.0 ± 0.0  60.0 ± 10.0
                """)
        #expect(
            AccuracyTable(zeroShot).csv == """
                method,target,mean,standard_deviation,seeds,published
                Zero-shot,oil,0.25,,1,
                Zero-shot,ink,0.5,,1,
                Zero-shot,average,0.375,,1,

                """)
    }

    @Test("What has not been made is a dash, never a number, and leaves no average")
    func missing() {
        let scores = [
            Score(method: "SPG", column: "oil", seed: "1", accuracy: 0.5),
            Score(method: "SPG", column: "oil", seed: "2", accuracy: nil),
            Score(method: "SPG", column: "ink", seed: "1", accuracy: 0.5),
            Score(method: "SPG", column: "ink", seed: "2", accuracy: 0.5),
        ]
        #expect(AccuracyTable(scores).table.rows == [["SPG", "–", "50.0 ± 0.0", "–"]])
        #expect(AccuracyTable(scores).csv.split(separator: "\n").count == 2)
    }

    @Test("Without scores there is nothing but titles")
    func empty() {
        #expect(AccuracyTable([]).table.rows.isEmpty)
        #expect(MeanAndSpread([]) == nil)
    }

    @Test("A profile's parts come longest first, with what is none of them, and losses are no part of it")
    func profile() {
        var profile = ProfileTable()
        for _ in 0..<2 {
            profile.add([
                Metric(epoch: 1, name: "loss", value: 7), Metric(epoch: 1, name: "profile store seconds", value: 7),
                ProfileMetric(part: "store", unit: .seconds).metric(0.25),
                ProfileMetric(part: "text forward", unit: .seconds).metric(1),
                ProfileMetric(part: "text forward", unit: .gigaflop).metric(80),
                ProfileMetric(part: ProfileMetric.total, unit: .seconds).metric(2),
                ProfileMetric(part: ProfileMetric.total, unit: .gigaflop).metric(90),
            ])
        }
        #expect(
            profile.table.rows == [
                ["text forward", "2.000", "50.0 %", "160.00", "80"], ["store", "0.500", "12.5 %", "", ""],
                ["the rest", "1.500", "37.5 %", "20.00", "13"], ["total", "4.000", "100.0 %", "180.00", "45"],
            ])
        #expect(ProfileTable().isEmpty)
    }
}
