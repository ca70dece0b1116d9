import Tensors

extension Benchmark {
    /// One large square product, the measure of what the cores can do at all.
    static func product(side: Int, threads: Int) -> Benchmark {
        let title = "Matrix product, \(threads) thread\(threads == 1 ? "" : "s")"
        return Benchmark(title: title, unit: .gigaflops) { workshop in
            let a = FormulaModel.uniform("a", [side, side]), b = FormulaModel.uniform("b", [side, side])
            var task = PeerTask(kind: .product)
            task.threads = threads
            task.inputs = try workshop.inputs(["a": a, "b": b])
            let amount = 2 * Double(side * side * side) / 1e9
            return Work(
                amount: amount,
                run: {
                    var c = Tensor(0)
                    if threads == 1 { unsplit { c = .product(a, b) } } else { c = .product(a, b) }
                    return [c[0, 0], c[side - 1, side - 1]]
                },
                task: task, peerAmount: amount)
        }
    }
}
