import Dispatch
import Synchronization
import Tensors

/// Images that are read from their files whenever they are looked at: an encoder that is learned through sees each of them
/// anew in every epoch.
public struct ImageSet: Sendable {
    /// Which part of a picture is looked at.
    public enum View: Sendable {
        /// As evaluation crops it.
        case center
        /// A random crop, mirrored or not, that belongs to the image, a seed and an epoch.
        case random(seed: Int, epoch: Int)
    }

    /// A class per image.
    public let labels: [Int]
    private let read: @Sendable (_ images: [Int], View) throws -> Tensor

    /// - Parameters:
    ///   - labels: a class per image.
    ///   - read: the pixels of some images, `[images.count, resolution, resolution, 3]`, normalised.
    public init(labels: [Int], read: @escaping @Sendable (_ images: [Int], View) throws -> Tensor) {
        (self.labels, self.read) = (labels, read)
    }

    public var count: Int { labels.count }

    /// Some of the images, in that order.
    public func subset(_ places: [Int]) -> ImageSet {
        ImageSet(labels: places.map { labels[$0] }) { [read] items, view in try read(items.map { places[$0] }, view) }
    }

    /// The pixels of one batch after another. The next batch is read meanwhile, where there is more than one thread to work
    /// with.
    func pixels(of batches: [[Int]], _ view: View) -> Batches<Tensor> {
        let isAhead = Threads.count > 1, read = read
        var next: Reading?
        return Batches(count: batches.count) { number throws(PromptError) in
            let pixels: Tensor
            do {
                pixels = try next?.value() ?? read(batches[number], view)
            } catch {
                throw .images(error)
            }
            next = nil
            if isAhead, number + 1 < batches.count {
                let batch = batches[number + 1]
                next = Reading { try read(batch, view) }
            }
            return pixels
        }
    }
}

/// A batch that is being read on a thread of its own.
private final class Reading: Sendable {
    private let outcome = Mutex<Result<Tensor, any Error>?>(nil)
    private let isDone = DispatchSemaphore(value: 0)

    init(_ read: @escaping @Sendable () throws -> Tensor) {
        DispatchQueue.global(qos: .userInitiated).async {
            var result: Result<Tensor, any Error>?
            unsplit { result = Result { try read() } }
            self.outcome.withLock { $0 = result }
            self.isDone.signal()
        }
    }

    /// Waits for it.
    func value() throws -> Tensor? {
        isDone.wait()
        return try outcome.withLock { try $0?.get() }
    }
}
