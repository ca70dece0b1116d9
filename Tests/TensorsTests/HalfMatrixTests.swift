import Testing
import Tensors

@Suite struct HalfMatrixTests {
    @Test func numbersAreRoundedToTheNearestHalf() {
        let tensor = Tensor([2, 4], [1, 1 + 0x1p-11, 1 + 3 * 0x1p-11, -0.1, 65_504, 6e-8, 0, -2.5])
        let half = HalfMatrix(rounding: tensor)
        #expect(half.rows == 2 && half.widened.values == [1, 1, 1 + 0x1p-9, -0.099_975_586, 65_504, 5.960_464_5e-8, 0, -2.5])
        // What is a half already stays as it is.
        #expect(HalfMatrix(rounding: half.widened) == half)
    }

    @Test func whatIsTooLargeIsNoticed() {
        #expect(HalfMatrix(rounding: Tensor([3, 2], [1, 2, 3, 65_520, 5, 6])).firstRowNotFinite == 1)
        #expect(HalfMatrix(rounding: Tensor([3, 2], [1, 2, 3, 4, 5, .nan])).firstRowNotFinite == 2)
        #expect(HalfMatrix(rounding: Tensor([3, 2], [1, 2, 3, 65_519, 5, 6])).firstRowNotFinite == nil)
    }

    @Test func rowsAreTakenAndStacked() {
        let half = HalfMatrix(rounding: Tensor([3, 2], [1, 2, 3, 4, 5, 6]))
        #expect(half.gatheringRows([2, 0, 2]).values == [5, 6, 1, 2, 5, 6])
        #expect(half.subset([1]).widened.values == [3, 4])
        #expect(HalfMatrix.stacked([half.subset([2]), half.subset([0, 1])]).widened.values == [5, 6, 1, 2, 3, 4])
    }
}
