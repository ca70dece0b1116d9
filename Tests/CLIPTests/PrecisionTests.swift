import CLIP
import FormulaModels
import Tensors
import TestSupport
import Testing

/// Skipped, and said to be, where the processor has no instructions for bfloat16.
@Suite(
    "Image encoders in bfloat16",
    .enabled(if: Processor.current.multipliesBFloat16, "this processor has no AVX-512 BF16"))
struct PrecisionTests {
    private func encoders(_ name: String) throws -> (float32: any ImageEncoder, bf16: any ImageEncoder, resolution: Int) {
        let fixture = try Fixtures.decoded(ModelFixture.self, "\(name).json")
        return try Fixtures.withCheckpoint(Formula.weights(fixture.shapes)) {
            let checkpoint = try Checkpoint(contentsOf: $0)
            return try (
                checkpoint.imageEncoder(), checkpoint.imageEncoder(precision: .bf16), fixture.resolution
            )
        }
    }

    @Test("Features are float32's but for rounding", arguments: ["resnet", "vit"])
    func features(_ name: String) throws {
        let (float32, bf16, resolution) = try encoders(name)
        let pixels = Formula.pixels(5, resolution)
        let expected = float32.encode(pixels).normalizedRows(), found = bf16.encode(pixels).normalizedRows()
        #expect(found != expected)
        let difference = zip(found.values, expected.values).map { abs($0 - $1) }.max() ?? 1
        #expect(difference < 2e-2)
    }

    @Test("An image's features do not depend on its place, nor on what is beside it", arguments: ["resnet", "vit"])
    func places(_ name: String) throws {
        let (_, encoder, resolution) = try encoders(name)
        let count = 150, pixels = Formula.pixels(count, resolution)
        let all = encoder.encode(pixels), images = pixels.reshaped([count, pixels.count / count])
        for range in [0..<1, 1..<2, 7..<40, 100..<150] {
            let some = images.rows(range).reshaped([range.count, resolution, resolution, 3])
            // Products in bfloat16 are the same to the bit. Of the few in float32, OpenBLAS's AVX2 kernels round by place,
            // and what follows them may then round to the next bfloat16.
            let difference =
                zip(encoder.encode(some).normalizedRows().values, all.rows(range).normalizedRows().values)
                .map { abs($0 - $1) }.max() ?? 1
            #expect(difference < 1e-4)
        }
        unsplit { #expect(encoder.encode(pixels) == all) }
        #expect(encoder.encode(images.rows(0..<40).reshaped([40, resolution, resolution, 3])) == all.rows(0..<40))
    }
}
