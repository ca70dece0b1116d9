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
}
