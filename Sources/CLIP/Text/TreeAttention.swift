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
    queries: Variable, keysAndValues: Variable? = nil, queryRows: [Int]? = nil, layout: PromptLayout, width: Int
) -> Variable {
    let shape = TreeAttention(
        layout: layout, queryRows: queryRows ?? Array(0..<layout.rowCount), width: width,
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

/// A head's share of a row: 64 numbers, in every CLIP. Four vectors, since the compiler makes poor code of SIMD64.
private struct Head {
    static let width = 64
    static let zero = Head(a: .zero, b: .zero, c: .zero, d: .zero)
    var a, b, c, d: SIMD16<Float>

    @inline(__always)
    func dot(_ other: Head) -> Float {
        // Half onto half: the library's sum() goes lane by lane, and draws the products into doing so too.
        let x = (a * other.a + b * other.b) + (c * other.c + d * other.d)
        let y = x.lowHalf + x.highHalf
        let z = y.lowHalf + y.highHalf
        let pair = z.lowHalf + z.highHalf
        return pair.x + pair.y
    }

    @inline(__always)
    func scaled(by factor: Float) -> Head {
        Head(a: a * factor, b: b * factor, c: c * factor, d: d * factor)
    }

    /// Adds `factor · other`.
    @inline(__always)
    mutating func add(_ other: Head, times factor: Float) {
        a += other.a * factor
        b += other.b * factor
        c += other.c * factor
        d += other.d * factor
    }
}

/// The loops of tree attention. Work is split over (group, head), which touch disjoint memory in either direction.
private struct TreeAttention: Sendable {
    let layout: PromptLayout
    let queryRows: [Int]
    let width: Int
    let groups: Int
    /// Columns of the matrices that queries, and keys and values, are read from.
    let queryStride: Int, keyStride: Int
    /// Where the keys begin in a row; the values follow `width` later.
    let keyColumn: Int
    /// The number of (query, key) pairs before each query.
    let pairOffsets: [Int]

    init(
        layout: PromptLayout, queryRows: [Int], width: Int, groups: Int, queryStride: Int, keyStride: Int, keyColumn: Int
    ) {
        self.layout = layout
        self.queryRows = queryRows
        self.width = width
        self.groups = groups
        self.queryStride = queryStride
        self.keyStride = keyStride
        self.keyColumn = keyColumn
        pairOffsets = queryRows.reduce(into: [0]) { offsets, row in
            offsets.append(offsets.last! + layout.keyOffsets[row + 1] - layout.keyOffsets[row])
        }
    }

    var heads: Int { width / Head.width }
    var pairCount: Int { pairOffsets.last! }
    /// 1 / √64.
    var scale: Float { 0.125 }

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
        let (group, column) = (item / heads, item % heads * Head.width)
        let keys = source + group * layout.rowCount * keyStride + keyColumn + column
        let values = keys + width
        let longest = layout.longestPrompt
        withUnsafeTemporaryAllocation(of: Float.self, capacity: longest + 16) { scores in
            layout.keys.withUnsafeBufferPointer { keyRows in
                for (index, row) in queryRows.enumerated() {
                    let range = layout.keyOffsets[row]..<layout.keyOffsets[row + 1]
                    let query = load(queries + (group * queryRows.count + index) * queryStride + column).scaled(by: scale)
                    var largest = -Float.infinity
                    for (j, pair) in range.enumerated() {
                        let score = query.dot(load(keys + Int(keyRows[pair]) * keyStride))
                        scores[j] = score
                        largest = max(largest, score)
                    }
                    for j in range.count..<range.count + 16 { scores[j] = -.infinity }
                    var total: Float = 0
                    for j in stride(from: 0, to: range.count, by: 16) {
                        let raw = UnsafeMutableRawPointer(scores.baseAddress! + j)
                        let e = exponential(raw.loadUnaligned(as: SIMD16<Float>.self) - largest)
                        raw.storeBytes(of: e, as: SIMD16<Float>.self)
                        total += e.sum()
                    }
                    var sum = Head.zero
                    for (j, pair) in range.enumerated() {
                        let probability = scores[j] / total
                        probabilities?[pairOffsets[index] + j] = probability
                        sum.add(load(values + Int(keyRows[pair]) * keyStride), times: probability)
                    }
                    store(sum, output + (group * queryRows.count + index) * width + column)
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

    /// One head of one group: with p = softmax(s), o = Σ pⱼvⱼ and s = q·k/8,
    /// dvⱼ += pⱼ·do, dsⱼ = pⱼ(do·vⱼ − Σ pᵢ do·vᵢ), dq = Σ dsⱼkⱼ/8, dkⱼ += dsⱼq/8.
    private func adjoint(
        _ item: Int, _ inputs: Inputs, _ dQueries: UnsafeMutablePointer<Float>, _ dSource: UnsafeMutablePointer<Float>
    ) {
        let (group, column) = (item / heads, item % heads * Head.width)
        let offset = group * layout.rowCount * keyStride + keyColumn + column
        let (keys, dKeys) = (inputs.source + offset, dSource + offset)
        let (values, dValues) = (keys + width, dKeys + width)
        let probabilities = inputs.probabilities + item * pairCount
        withUnsafeTemporaryAllocation(of: Float.self, capacity: layout.longestPrompt) { dp in
            layout.keys.withUnsafeBufferPointer { keyRows in
                for (index, row) in queryRows.enumerated() {
                    let range = layout.keyOffsets[row]..<layout.keyOffsets[row + 1]
                    let place = group * queryRows.count + index
                    let d = load(inputs.gradient + place * width + column)
                    let p = probabilities + pairOffsets[index]
                    var mean: Float = 0
                    for (j, pair) in range.enumerated() {
                        let at = Int(keyRows[pair]) * keyStride
                        dp[j] = d.dot(load(values + at))
                        mean += p[j] * dp[j]
                        add(d, times: p[j], to: dValues + at)
                    }
                    let query = load(inputs.queries + place * queryStride + column)
                    var dQuery = Head.zero
                    for (j, pair) in range.enumerated() {
                        let at = Int(keyRows[pair]) * keyStride
                        let ds = p[j] * (dp[j] - mean) * scale
                        dQuery.add(load(keys + at), times: ds)
                        add(query, times: ds, to: dKeys + at)
                    }
                    add(dQuery, times: 1, to: dQueries + place * queryStride + column)
                }
            }
        }
    }

    /// A (group, head) pair is worth a thread from about ten thousand pairs of rows.
    private var grain: Int { max(1, 10_000 / max(1, pairCount)) }

    @inline(__always)
    private func load(_ pointer: UnsafePointer<Float>) -> Head {
        let raw = UnsafeRawPointer(pointer)
        return Head(
            a: raw.loadUnaligned(as: SIMD16<Float>.self), b: raw.loadUnaligned(fromByteOffset: 64, as: SIMD16<Float>.self),
            c: raw.loadUnaligned(fromByteOffset: 128, as: SIMD16<Float>.self),
            d: raw.loadUnaligned(fromByteOffset: 192, as: SIMD16<Float>.self))
    }

    @inline(__always)
    private func store(_ value: Head, _ pointer: UnsafeMutablePointer<Float>) {
        let raw = UnsafeMutableRawPointer(pointer)
        raw.storeBytes(of: value.a, as: SIMD16<Float>.self)
        raw.storeBytes(of: value.b, toByteOffset: 64, as: SIMD16<Float>.self)
        raw.storeBytes(of: value.c, toByteOffset: 128, as: SIMD16<Float>.self)
        raw.storeBytes(of: value.d, toByteOffset: 192, as: SIMD16<Float>.self)
    }

    @inline(__always)
    private func add(_ value: Head, times factor: Float, to pointer: UnsafeMutablePointer<Float>) {
        var sum = load(pointer)
        sum.add(value, times: factor)
        store(sum, pointer)
    }
}
