import FormulaModels
import Tensors

extension Benchmark {
    /// One large square product, the measure of what the cores can do at all. Nil where the processor lacks the precision.
    static func product(_ precision: Precision, threads: Int) -> Benchmark {
        let title = "Matrix product\(precision.inTitles), \(threads) thread\(threads == 1 ? "" : "s")"
        return Benchmark(title: title, unit: .gigaflops) { workshop in
            guard (try? precision.check()) != nil else { return nil }
            let side = LargeProduct.side, product = LargeProduct(precision)
            var task = PeerTask(kind: .product)
            (task.threads, task.precision) = (threads, precision)
            task.inputs = try workshop.inputs([
                "a": Formula.numbers("a", [side, side]), "b": Formula.numbers("b", [side, side]),
            ])
            let amount = 2 * Double(side * side * side) / 1e9
            return PreparedBenchmark(
                amount: amount,
                run: {
                    var corners: [Float] = []
                    if threads == 1 { unsplit { corners = product.run() } } else { corners = product.run() }
                    return corners
                },
                task: task, peerAmount: amount, precision: precision)
        }
    }
}
