import Tensors

/// Multi-head attention in which each query row attends to its ancestors in a `PromptLayout` and to itself.
///
/// Over the layout of one plain prompt this is causal self-attention. Groups do not see each other.
///
/// - Parameters:
///   - queries: `[groups · q, width]`, in each group one row for each of `queryRows`, or `[groups · rows, 3 · width]` with
///     keys and values beside the queries when `keysAndValues` is nil.
///   - keysAndValues: `[groups · rows, 2 · width]`, keys in the first half of the columns.
///   - queryRows: the rows of a group that ask; nil for all.
/// - Returns: `[groups · q, width]`, the heads side by side.
func treeAttention(
    queries: Variable, keysAndValues: Variable? = nil, queryRows: [Int]? = nil, layout: PromptLayout, width: Int,
    headWidth: Int
) -> Variable {
    let shape = TreeAttention(
        layout: layout, queryRows: queryRows ?? Array(0..<layout.rowCount), width: width, headWidth: headWidth,
        groups: (keysAndValues ?? queries).value.rows / layout.rowCount,
        queryStride: queries.value.columns, keyStride: (keysAndValues ?? queries).value.columns,
        keyColumn: keysAndValues == nil ? width : 0)
    let source = keysAndValues ?? queries
    let needsGradient = queries.needsGradient || source.needsGradient
    var probabilities = Tensor(uninitialized: needsGradient ? [shape.groups * shape.heads, shape.pairCount] : [0])
    let output = shape.attend(queries.value, source.value, keeping: needsGradient ? { probabilities = $0 } : nil)
    let inputs = keysAndValues.map { [queries, $0] } ?? [queries]
    return .output(output, of: inputs) { gradient in
        var dQueries = Tensor(queries.value.shape)
        if let keysAndValues {
            var dSource = Tensor(keysAndValues.value.shape)
            shape.adjoint(gradient, queries.value, keysAndValues.value, probabilities, into: &dQueries, &dSource)
            return [dQueries, dSource]
        }
        shape.adjoint(gradient, queries.value, probabilities, into: &dQueries)
        return [dQueries]
    }
}

/// The loops of tree attention. Work is split over (group, head), which touch disjoint memory in either direction.
private struct TreeAttention: Sendable {
    let layout: PromptLayout
    let queryRows: [Int]
    let width: Int
    /// Numbers per head: a divisor of the width.
    let headWidth: Int
    let groups: Int
    /// Columns of the matrices that queries, and keys and values, are read from.
    let queryStride: Int, keyStride: Int
    /// Where the keys begin in a row; the values follow `width` later.
    let keyColumn: Int
    /// The number of (query, key) pairs before each query.
    let pairOffsets: [Int]

    init(
        layout: PromptLayout, queryRows: [Int], width: Int, headWidth: Int, groups: Int, queryStride: Int,
        keyStride: Int, keyColumn: Int
    ) {
        self.layout = layout
        self.queryRows = queryRows
        (self.width, self.headWidth) = (width, headWidth)
        self.groups = groups
        self.queryStride = queryStride
        self.keyStride = keyStride
        self.keyColumn = keyColumn
        pairOffsets = queryRows.reduce(into: [0]) { offsets, row in
            offsets.append(offsets.last! + layout.keyOffsets[row + 1] - layout.keyOffsets[row])
        }
    }

    var heads: Int { width / headWidth }
    var pairCount: Int { pairOffsets.last! }
    var scale: Float { 1 / Float(headWidth).squareRoot() }

    /// Calls `body` with the first column and the number of columns of each part of a head that is worked on at a time.
    /// Most models' heads have one part.
    @inline(__always)
    private func forEachPart(_ body: (_ first: Int, _ count: Int) -> Void) {
        for first in stride(from: 0, to: headWidth, by: HeadVectors.width) {
            body(first, min(HeadVectors.width, headWidth - first))
        }
    }

    func attend(_ queries: Tensor, _ source: Tensor, keeping: ((Tensor) -> Void)?) -> Tensor {
        var output = Tensor(uninitialized: [groups * queryRows.count, width])
        var probabilities = Tensor(uninitialized: [keeping == nil ? 0 : groups * heads, pairCount])
        output.withUnsafeMutablePointer { o in
            probabilities.withUnsafeMutablePointer { p in
                queries.withUnsafePointer { q in
                    source.withUnsafePointer { s in
                        let (o, p, q, s) = (Shared(o), Shared(p), Shared(q), Shared(s))
                        let keeps = keeping != nil
                        parallel(groups * heads, grain: grain) { items in
                            for item in items {
                                attend(item, q.pointer, s.pointer, o.pointer, keeps ? p.pointer + item * pairCount : nil)
                            }
                        }
                    }
                }
            }
        }
        keeping?(probabilities)
        return output
    }

    /// One head of one group.
    private func attend(
        _ item: Int, _ queries: UnsafeMutablePointer<Float>, _ source: UnsafeMutablePointer<Float>,
        _ output: UnsafeMutablePointer<Float>, _ probabilities: UnsafeMutablePointer<Float>?
    ) {
        let (group, column) = (item / heads, item % heads * headWidth)
        let keys = source + group * layout.rowCount * keyStride + keyColumn + column
        let values = keys + width
        let longest = layout.longestPrompt
        withUnsafeTemporaryAllocation(of: Float.self, capacity: longest + 16) { scores in
            layout.keys.withUnsafeBufferPointer { keyRows in
                for (index, row) in queryRows.enumerated() {
                    let range = layout.keyOffsets[row]..<layout.keyOffsets[row + 1]
                    let query = queries + (group * queryRows.count + index) * queryStride + column
                    var largest = -Float.infinity
                    for j in 0..<range.count { scores[j] = 0 }
                    forEachPart { first, count in
                        largest = -Float.infinity
                        let query = HeadVectors(query + first, count).scaled(by: scale)
                        for (j, pair) in range.enumerated() {
                            scores[j] += query.dot(HeadVectors(keys + Int(keyRows[pair]) * keyStride + first, count))
                            largest = max(largest, scores[j])
                        }
                    }
                    for j in range.count..<range.count + 16 { scores[j] = -.infinity }
                    var total: Float = 0
                    for j in stride(from: 0, to: range.count, by: 16) {
                        let raw = UnsafeMutableRawPointer(scores.baseAddress! + j)
                        let e = exponential(raw.loadUnaligned(as: SIMD16<Float>.self) - largest)
                        raw.storeBytes(of: e, as: SIMD16<Float>.self)
                        total += e.sum()
                    }
                    for j in 0..<range.count { scores[j] /= total }
                    if let probabilities {
                        (probabilities + pairOffsets[index]).update(from: scores.baseAddress!, count: range.count)
                    }
                    forEachPart { first, count in
                        var sum = HeadVectors.zero
                        for (j, pair) in range.enumerated() {
                            let value = HeadVectors(values + Int(keyRows[pair]) * keyStride + first, count)
                            sum.add(value, times: scores[j])
                        }
                        sum.store(output + (group * queryRows.count + index) * width + column + first, count)
                    }
                }
            }
        }
    }

    func adjoint(
        _ gradient: Tensor, _ queries: Tensor, _ source: Tensor, _ probabilities: Tensor,
        into dQueries: inout Tensor, _ dSource: inout Tensor
    ) {
        dQueries.withUnsafeMutablePointer { dq in
            dSource.withUnsafeMutablePointer { ds in
                adjoint(gradient, queries, source, probabilities, dq, ds)
            }
        }
    }

    /// As above where queries, keys and values stand in one matrix.
    func adjoint(_ gradient: Tensor, _ fused: Tensor, _ probabilities: Tensor, into dFused: inout Tensor) {
        dFused.withUnsafeMutablePointer { adjoint(gradient, fused, fused, probabilities, $0, $0) }
    }

    private func adjoint(
        _ gradient: Tensor, _ queries: Tensor, _ source: Tensor, _ probabilities: Tensor,
        _ dQueries: UnsafeMutablePointer<Float>, _ dSource: UnsafeMutablePointer<Float>
    ) {
        gradient.withUnsafePointer { g in
            queries.withUnsafePointer { q in
                source.withUnsafePointer { s in
                    probabilities.withUnsafePointer { p in
                        let inputs = Inputs(gradient: g, queries: q, source: s, probabilities: p)
                        let (dq, ds) = (Shared(dQueries), Shared(dSource))
                        parallel(groups * heads, grain: grain) { items in
                            for item in items { adjoint(item, inputs, dq.pointer, ds.pointer) }
                        }
                    }
                }
            }
        }
    }

    private struct Inputs: @unchecked Sendable {
        let gradient, queries, source, probabilities: UnsafePointer<Float>
    }

    /// One head of one group: with p = softmax(s), o = Σ pⱼvⱼ and s = q·k·scale,
    /// dvⱼ += pⱼ·do, dsⱼ = pⱼ(do·vⱼ − Σ pᵢ do·vᵢ), dq = Σ dsⱼkⱼ·scale, dkⱼ += dsⱼq·scale.
    private func adjoint(
        _ item: Int, _ inputs: Inputs, _ dQueries: UnsafeMutablePointer<Float>, _ dSource: UnsafeMutablePointer<Float>
    ) {
        let (group, column) = (item / heads, item % heads * headWidth)
        let offset = group * layout.rowCount * keyStride + keyColumn + column
        let (keys, dKeys) = (inputs.source + offset, dSource + offset)
        let (values, dValues) = (keys + width, dKeys + width)
        let probabilities = inputs.probabilities + item * pairCount
        withUnsafeTemporaryAllocation(of: Float.self, capacity: layout.longestPrompt) { dp in
            layout.keys.withUnsafeBufferPointer { keyRows in
                for (index, row) in queryRows.enumerated() {
                    let range = layout.keyOffsets[row]..<layout.keyOffsets[row + 1]
                    let place = group * queryRows.count + index
                    let gradient = inputs.gradient + place * width + column
                    let p = probabilities + pairOffsets[index]
                    for j in 0..<range.count { dp[j] = 0 }
                    forEachPart { first, count in
                        let d = HeadVectors(gradient + first, count)
                        for (j, pair) in range.enumerated() {
                            let at = Int(keyRows[pair]) * keyStride + first
                            dp[j] += d.dot(HeadVectors(values + at, count))
                            add(d, times: p[j], to: dValues + at, count)
                        }
                    }
                    var mean: Float = 0
                    for j in 0..<range.count { mean += p[j] * dp[j] }
                    forEachPart { first, count in
                        let query = HeadVectors(inputs.queries + place * queryStride + column + first, count)
                        var dQuery = HeadVectors.zero
                        for (j, pair) in range.enumerated() {
                            let at = Int(keyRows[pair]) * keyStride + first
                            let ds = p[j] * (dp[j] - mean) * scale
                            dQuery.add(HeadVectors(keys + at, count), times: ds)
                            add(query, times: ds, to: dKeys + at, count)
                        }
                        add(dQuery, times: 1, to: dQueries + place * queryStride + column + first, count)
                    }
                }
            }
        }
    }

    /// A (group, head) pair is worth a thread from about ten thousand pairs of rows.
    private var grain: Int { max(1, 10_000 / max(1, pairCount)) }

    @inline(__always)
    private func add(_ value: HeadVectors, times factor: Float, to pointer: UnsafeMutablePointer<Float>, _ count: Int) {
        var sum = HeadVectors(pointer, count)
        sum.add(value, times: factor)
        sum.store(pointer, count)
    }
}
