/// A matrix [inputs, outputs] laid out for products in memory that someone else owns, in one kind of numbers.
package protocol Panels {
    associatedtype Element

    /// How many numbers of memory a matrix takes.
    static func count(inputs: Int, outputs: Int) -> Int

    /// Lays out a matrix.
    init(
        _ matrix: UnsafePointer<Float>, _ orientation: Orientation, stride: Int, inputs: Int, outputs: Int,
        at base: UnsafeMutablePointer<Element>)

    /// `y ← epilogue(x·matrix + bias)`, or `y ← epilogue(y + x·matrix + bias)`, over rows in memory.
    func multiply(
        _ x: UnsafePointer<Float>, stride: Int?, rows: Int, into y: UnsafeMutablePointer<Float>, resultStride: Int?,
        bias: UnsafePointer<Float>?, adding isAdded: Bool, then epilogue: Epilogue)
}
