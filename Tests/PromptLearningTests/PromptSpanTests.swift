import PromptLearning
import Tensors
import Testing

@Suite("The span of some prompts")
struct PromptSpanTests {
    private func prompts(_ count: Int, _ width: Int) -> Tensor {
        var stream = RandomStream(seed: 3, purpose: "prompts")
        return stream.uniform([count, width])
    }

    @Test("Prompts come back from their coordinates, which have a mean square of 1", arguments: [2, 4, 9])
    func roundTrip(count: Int) throws {
        let prompts = prompts(count, 64), span = try #require(PromptSpan(of: prompts))
        #expect(span.dimension == count - 1)
        let coordinates = span.coordinates(of: prompts)
        #expect(abs(coordinates.squaredNorm / Double(coordinates.count) - 1) < 1e-5)
        #expect((span.prompts(at: coordinates) - prompts).squaredNorm < 1e-10 * prompts.squaredNorm)
    }

    @Test("It has no more directions than there are")
    func degenerate() throws {
        let two = prompts(2, 64)
        let between = (two.rows(0..<1) + two.rows(1..<2)) * 0.5
        #expect(try #require(PromptSpan(of: two.gatheringRows([0, 1, 0, 1]))).dimension == 1)
        #expect(try #require(PromptSpan(of: Tensor([3, 64], two.values + between.values))).dimension == 1)
        #expect(PromptSpan(of: two.gatheringRows([1, 1, 1])) == nil)
        #expect(PromptSpan(of: two.gatheringRows([0])) == nil)
        #expect(PromptSpan(of: two * .nan) == nil)
    }

    @Test("What a flow draws is a mixture of the prompts, whatever the noise")
    func mixtures() throws {
        let prompts = prompts(3, 64), span = try #require(PromptSpan(of: prompts))
        let flow = try PromptFlow(labels: prompts, featureDimension: 8, contextLength: 2, steps: 5, seed: 1)
        var stream = RandomStream(seed: 4, purpose: "noise")
        let noise = Tensor([6, 2], (0..<12).map { _ in stream.normal() }), features = stream.uniform([6, 8]).normalizedRows()
        let drawn = flow.prompts(noise: noise, features: features)
        #expect((span.prompts(at: span.coordinates(of: drawn)) - drawn).squaredNorm < 1e-9 * drawn.squaredNorm)
        // A state dict makes the same flow; one that does not fit makes none.
        let copy = try #require(PromptFlow(tensors: flow.tensors, featureDimension: 8, width: 32))
        #expect(copy.prompts(noise: noise, features: features) == drawn && copy.contextLength == 2)
        #expect(PromptFlow(tensors: flow.tensors, featureDimension: 9, width: 32) == nil)
        #expect(PromptFlow(tensors: flow.tensors, featureDimension: 8, width: 48) == nil)
        #expect(PromptFlow(tensors: flow.tensors.filter { $0.key != "directions" }, featureDimension: 8, width: 32) == nil)
    }
}
