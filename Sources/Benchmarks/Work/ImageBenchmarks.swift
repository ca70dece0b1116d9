import CLIP
import FormulaModels
import Foundation
import Imaging
import Synchronization
import Tensors

extension Benchmark {
    /// From a JPEG file to a normalised square, on one core: a photograph's size, made up of waves.
    static func preprocessing(width: Int = 500, height: Int = 375, resolution: Int = 224) -> Benchmark {
        let title = "Decode and preprocess a JPEG of \(width)×\(height), 1 thread"
        return Benchmark(title: title, unit: .imagesPerSecond) { workshop in
            let file = workshop.folder.appending(path: "image.jpg")
            try waves("image", width: width, height: height).jpeg(quality: 90).write(to: file)
            let preprocessing = CLIPPreprocessing(resolution: resolution), copies = 20
            var task = PeerTask(kind: .preprocess)
            (task.image, task.side) = (file.path, resolution)
            return PreparedBenchmark(
                amount: Double(copies),
                run: {
                    var pixels = Tensor(uninitialized: [resolution, resolution, 3])
                    for _ in 0..<copies {
                        let image = try RGBImage(contentsOf: file)
                        unsplit {
                            pixels.withUnsafeMutablePointer {
                                preprocessing.normalize(preprocessing.centerView(of: image), into: $0)
                            }
                        }
                    }
                    let norm = Float(pixels.squaredNorm.squareRoot())
                    return [pixels[0, 0, 0], pixels[100, 50, 1], pixels[223, 223, 2], norm]
                },
                task: task, peerAmount: Double(copies))
        }
    }

    /// Image features of a batch of pixels.
    ///
    /// - Parameter checkpoint: where the model is, or nil where it is not there.
    static func encoding(
        _ model: String, _ precision: Precision = .float32, batch: Int,
        _ checkpoint: @escaping @Sendable (Workshop) throws -> URL?
    ) -> Benchmark {
        return Benchmark(title: "Encode images\(precision.inTitles), \(model), batch \(batch)", unit: .imagesPerSecond) {
            workshop in
            guard (try? precision.check()) != nil, let url = try checkpoint(workshop) else { return nil }
            let checkpoint = try Checkpoint(contentsOf: url)
            let encoder = try checkpoint.imageEncoder(precision: precision)
            let pixels = Formula.numbers("pixels", [batch, encoder.resolution, encoder.resolution, 3])
            var task = PeerTask(kind: .encode)
            (task.checkpoint, task.precision) = (checkpoint.weightsURL.path, precision)
            task.inputs = try workshop.inputs(["pixels": pixels])
            return PreparedBenchmark(
                amount: Double(batch),
                run: { Array(encoder.encode(pixels).normalizedRows().values.prefix(4)) },
                task: task, peerAmount: Double(batch), precision: precision)
        }
    }

    /// From JPEG files, each read anew, to image features: all threads decode, then all encode.
    static func filesToFeatures(
        _ model: String, images count: Int, width: Int = 500, height: Int = 375,
        _ checkpoint: @escaping @Sendable (Workshop) throws -> URL?
    ) -> Benchmark {
        Benchmark(title: "\(count) JPEG files to features, \(model)", unit: .imagesPerSecond) { workshop in
            guard let url = try checkpoint(workshop) else { return nil }
            let files = try photographs(count, width: width, height: height, in: workshop)
            let checkpoint = try Checkpoint(contentsOf: url), encoder = try checkpoint.imageEncoder()
            var task = PeerTask(kind: .files)
            (task.checkpoint, task.images, task.side) = (
                checkpoint.weightsURL.path, files.map(\.path), encoder.resolution
            )
            return PreparedBenchmark(
                amount: Double(count),
                run: {
                    let pixels = try pixels(of: files, resolution: encoder.resolution)
                    return Array(encoder.encode(pixels).normalizedRows().values.suffix(4))
                },
                task: task, peerAmount: Double(count))
        }
    }

    /// Files of different photographs, made up of waves.
    static func photographs(_ count: Int, width: Int = 500, height: Int = 375, in workshop: Workshop) throws -> [URL] {
        try (0..<count).map { index in
            let file = workshop.folder.appending(path: "\(index).jpg")
            try waves("image \(index)", width: width, height: height).jpeg(quality: 90).write(to: file)
            return file
        }
    }

    /// Decoded, preprocessed images: [n, resolution, resolution, 3].
    private static func pixels(of files: [URL], resolution: Int) throws -> Tensor {
        let preprocessing = CLIPPreprocessing(resolution: resolution), size = resolution * resolution * 3
        var pixels = Tensor(uninitialized: [files.count, resolution, resolution, 3])
        let failure = Mutex<ImageError?>(nil)
        pixels.withUnsafeMutablePointer { to in
            let to = Shared(to)
            parallelItems(files.count) { index in
                do throws(ImageError) {
                    let image = try RGBImage(contentsOf: files[index])
                    preprocessing.normalize(preprocessing.centerView(of: image), into: to.pointer + index * size)
                } catch {
                    failure.withLock { $0 = error }
                }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
        return pixels
    }

    private static func waves(_ name: String, width: Int, height: Int) -> RGBImage {
        let noise = Formula.numbers(name, [height, width, 3]).values
        return RGBImage(
            width: width, height: height,
            pixels: noise.enumerated().map { index, noise in
                let (x, y) = (Float(index / 3 % width), Float(index / 3 / width)), channel = Float(index % 3)
                return UInt8(128 + 80 * sin(x / (9 + 8 * channel)) * cos(y / (17 - 4 * channel)) + 24 * noise)
            })
    }
}
