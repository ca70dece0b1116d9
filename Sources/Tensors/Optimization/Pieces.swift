import COpenBLAS

/// Numbers of a tensor that are worked on at a time.
let elementsAtATime = 1 << 14

/// Calls `body` for chunks of several tensors of so many elements, split over threads: with the tensor's index, the
/// elements, and the chunk's number among all.
@inline(__always)
func forEachChunk(of counts: [Int], _ body: @Sendable (_ index: Int, _ elements: Range<Int>, _ number: Int) -> Void) {
    let chunks = counts.enumerated().flatMap { index, count in
        stride(from: 0, to: count, by: elementsAtATime).map { (index: index, elements: $0..<min(count, $0 + elementsAtATime)) }
    }
    parallel(chunks.count, grain: 4) { range in
        for number in range { body(chunks[number].index, chunks[number].elements, number) }
    }
}

extension [Tensor] {
    /// Where each tensor's elements lie; to be used while the tensors live.
    var pointers: [Shared<Float>] { map { $0.withUnsafePointer { Shared($0) } } }

    /// The same to write to.
    var mutablePointers: [Shared<Float>] {
        mutating get { indices.map { index in self[index].withUnsafeMutablePointer { Shared($0) } } }
    }
}

/// Calls `body` for pieces of several gradients, split over threads: with the gradient's index, the elements, and where the
/// numbers of these lie, which were multiplied just now if they had not been.
///
/// - Parameter others: memory of as many numbers for each gradient, which `body` will want in the same places.
func forEachPiece(
    of gradients: [Gradient], beside others: [[Shared<Float>]],
    _ body: @Sendable (_ index: Int, _ elements: Range<Int>, _ numbers: UnsafePointer<Float>) -> Void
) {
    let pieces = gradients.enumerated().flatMap { index, gradient in
        gradient.pieces.map { (index: index, elements: $0) }
    }
    let largest = pieces.map(\.elements.count).max() ?? 0
    parallel(pieces.count, grain: 4) { range in
        TensorMemory.withNumbers(largest) { memory in
            for (index, elements) in pieces[range] {
                switch gradients[index] {
                case .numbers(let tensor): tensor.withUnsafePointer { body(index, elements, $0 + elements.lowerBound) }
                case .product(let product):
                    // What the body reads comes from memory while this is multiplied.
                    let columns = product.columns
                    others.map { $0[index] }.withUnsafeBufferPointer { others in
                        product.multiply(
                            elements.lowerBound / columns..<elements.upperBound / columns, into: memory
                        ) { place in
                            for other in others {
                                for row in 0..<FewRowsGradient.height {
                                    spg_prefetch(other.pointer + place + row * columns)
                                    spg_prefetch(other.pointer + place + row * columns + 16)
                                }
                            }
                        }
                    }
                    body(index, elements, memory)
                }
            }
        }
    }
}

extension Gradient {
    /// Elements that are worked on at a time; of a product, those of whole rows.
    fileprivate var pieces: [Range<Int>] {
        let size =
            switch self {
            case .numbers: elementsAtATime
            case .product(let product):
                max(1, elementsAtATime / (product.columns * FewRowsGradient.height)) * FewRowsGradient.height * product.columns
            }
        return stride(from: 0, to: count, by: size).map { $0..<min(count, $0 + size) }
    }
}
