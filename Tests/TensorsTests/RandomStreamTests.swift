import Testing

import Tensors

@Suite struct RandomStreamTests {
    /// Known answers of the Random123 distribution, kat_vectors.
    @Test func philoxKnownAnswers() {
        #expect(philox4x32(counter: .zero, key: (0, 0)) == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
        let ones = UInt32.max
        #expect(
            philox4x32(counter: SIMD4(repeating: ones), key: (ones, ones))
                == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    }

    @Test("Numbers that are drawn a tensor at a time are those that are drawn one by one", arguments: [0, 1, 2, 4, 7])
    func tensorsOfNumbers(before: Int) {
        for count in [0, 1, 5, 28, 31, 32, 33, 36, 64, 67, 200] {
            var single = RandomStream(seed: 5, purpose: "numbers", 3, before), together = single
            for _ in 0..<before { #expect(single.uniform() == together.uniform()) }
            let numbers = together.uniform([count]).values
            #expect(numbers == (0..<count).map { _ in single.uniform() }, "\(count) after \(before)")
            #expect(single.next32() == together.next32(), "what follows \(count) after \(before)")
        }
    }

    @Test("The beginning of an order is drawn as the whole of it")
    func beginningOfAnOrder() {
        for count in [0, 1, 2, 3, 32, 57, 1000] {
            for first in [0, 1, 2, 31, 57, 2000] {
                var whole = RandomStream(seed: 8, purpose: "order", count, first), beginning = whole
                #expect(
                    beginning.permutation(of: count, first: first) == Array(whole.permutation(of: count).prefix(first)),
                    "\(first) of \(count)")
            }
        }
    }
}
