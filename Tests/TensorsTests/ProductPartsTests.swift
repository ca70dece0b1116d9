import Tensors
import Testing

@Suite("A product is the same on any number of threads", .serialized)
struct ProductPartsTests {
    /// Products that one to five threads share: of parts that OpenBLAS would take for small ones, of odd extents, with either
    /// of them the larger.
    @Test(arguments: [
        (401, 33, 96), (33, 401, 96), (900, 65, 64), (65, 900, 64), (1200, 333, 47), (347, 1201, 130), (2000, 9, 500),
        (9, 2000, 500), (640, 512, 700),
    ])
    func bits(m: Int, n: Int, k: Int) {
        func random(_ shape: [Int], _ purpose: String) -> Tensor {
            var stream = RandomStream(seed: 1, purpose: purpose)
            return stream.uniform(shape).mapped { 2 * $0 - 1 }
        }
        let (a, b) = (random([m, k], "a"), random([k, n], "b"))
        let (aT, bT) = (random([k, m], "aT"), random([n, k], "bT"))
        func products() -> [Tensor] {
            [
                .product(a, b), .product(aT, b, transposingA: true), .product(a, bT, transposingB: true),
                .product(aT, bT, transposingA: true, transposingB: true),
            ]
        }
        let threads = Threads.count
        defer { Threads.count = threads }
        Threads.count = 1
        let one = products()
        for count in [2, 3, 5] {
            Threads.count = count
            #expect(products() == one, "\(count) threads")
        }
    }
}
