import Testing
import Tensors

@Suite("Memory of tensors")
struct TensorMemoryTests {
    @Test("A block holds what is asked for, wastes an eighth at most, and is whole vectors long")
    func sizes() {
        var last = TensorMemory.BlockSize(holding: 0)
        #expect(last.bytes == 64 && last.index == 0)
        for needed in (Array(1...5000) + (13...40).flatMap { [1 << $0 - 1, 1 << $0, 1 << $0 + 1, 3 << $0] }).sorted() {
            let size = TensorMemory.BlockSize(holding: needed)
            #expect(size.bytes >= needed && size.bytes - needed < max(64, needed / 8 + 1) && size.bytes % 64 == 0)
            // Another index exactly where another size.
            #expect((size.bytes == last.bytes) == (size.index == last.index) && size.index >= last.index)
            last = size
        }
    }

    @Test("Tensors made and freed over and over take up no more memory")
    func steady() {
        func step() { for n in 1...40 { _ = Tensor([n, 97]) + Tensor([n, 97], repeating: 1) } }
        step()
        let before = TensorMemory.systemBlocks
        for _ in 0..<200 { step() }
        // Other tests make tensors meanwhile; 200 steps of 120 tensors would take 24,000 blocks.
        #expect(TensorMemory.systemBlocks - before < 5000)
    }
}
