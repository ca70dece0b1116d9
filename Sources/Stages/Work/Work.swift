import ArtifactStore

/// What making an artifact comes to, before it is made.
///
/// A stage's formula is of its shape: how it grows with images, classes, steps and the model's sizes. Once an artifact of the
/// kind has been made on a machine, that measured time is scaled by it; before that, the arithmetic over the machine's rate is
/// all there is to tell.
public struct Work: Hashable, Sendable {
    /// What takes as long as this much arithmetic at the full rate of matrix products, in thousand millions of operations.
    public var gigaflop: Double
    /// What the stage does over and over, in thousand millions of operations at face value: a training step, or the prediction
    /// of one new image with its own feature. Nil for stages that do neither.
    public var unitGigaflop: Double?
    /// Seconds of one core for what is no arithmetic, such as decoding images.
    public var seconds: Double
    /// What the artifact will take in the store, or nil where only artifacts of the kind can tell.
    public var bytes: Int?
    /// What keeping the state of a training takes in the store, until it is done.
    public var checkpointBytes: Int

    /// - Parameter share: how much of the full rate the arithmetic reaches, as Docs/benchmarks.md has measured.
    public init(
        gigaflop: Double = 0, share: Double = 1, unit unitGigaflop: Double? = nil, seconds: Double = 0, bytes: Double? = nil,
        checkpointBytes: Double = 0
    ) {
        self.gigaflop = gigaflop / share
        self.unitGigaflop = unitGigaflop
        self.seconds = seconds
        self.bytes = bytes.map(Self.byteCount)
        self.checkpointBytes = Self.byteCount(checkpointBytes)
    }

    /// A number of bytes that as many artifacts as a plan may have can be added up of, whatever a formula or a damaged store
    /// says.
    public static func byteCount(_ bytes: Double) -> Int { Int(min(max(0, bytes), 1e13)) }

    static func + (a: Work, b: Work) -> Work {
        var sum = a
        sum.gigaflop += b.gigaflop
        sum.seconds += b.seconds
        sum.unitGigaflop = a.unitGigaflop.map { $0 + (b.unitGigaflop ?? 0) } ?? b.unitGigaflop
        sum.bytes = a.bytes.map { $0 + (b.bytes ?? 0) } ?? b.bytes
        sum.checkpointBytes = max(a.checkpointBytes, b.checkpointBytes)
        return sum
    }

    /// The numbers that the weights of linear layers have.
    /// - Parameter sizes: what the first takes, then what each puts out.
    static func weights(ofLayers sizes: [Double]) -> Double {
        zip(sizes, sizes.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// Seconds of one core.
    /// - Parameter rate: its matrix products', in thousand millions of operations a second.
    public func coreSeconds(at rate: Double) -> Double { gigaflop / max(rate, 1e-9) + seconds }
}

/// What decides how much work a stage has.
public struct StageSize: Sendable {
    public var parameters: JSONValue
    /// How many images there are of all artifacts of a role together, by the role's name.
    public var images: [String: Int]
    /// How many artifacts fill a role.
    public var artifacts: [String: Int]
    /// The kind of stage that made what fills a role, where that is known.
    public var makers: [String: String]
    public var classes: Int
    public var model: ModelSize

    public init(
        parameters: JSONValue, images: [String: Int], artifacts: [String: Int] = [:], makers: [String: String] = [:],
        classes: Int, model: ModelSize
    ) {
        (self.parameters, self.images, self.artifacts) = (parameters, images, artifacts)
        (self.makers, self.classes, self.model) = (makers, classes, model)
    }

    /// The number that a parameter is, or what it is where the recipe leaves it out.
    func number(_ parameter: String, default value: Double = 0) -> Double {
        parameters[parameter]?.number ?? value
    }

    func imageCount(_ role: String = "embeddings") -> Double { Double(images[role] ?? 0) }

    /// Of the images, those that train and those that validate; split files are taken to divide them by the usual share.
    var training: Double { imageCount() * number("trainFraction", default: 0.7) }
    var validation: Double { imageCount() - training }

    /// Whole batches of an epoch.
    var batches: Double { (training / max(1, number("batchSize", default: 32))).rounded(.down) }

    /// A class's part of a prompt: its name, a full stop and [EOS]. Names have 1.4 tokens in the mean (Docs/benchmarks.md).
    static let tokensOfClass = 3.4

    /// What the text encoder has to compute for one prompt of each class: [SOS] and the vectors once, and of each class its
    /// part.
    /// - Parameter classSpecific: whether each class has vectors of its own.
    func promptGigaflop(contextLength: Double, classSpecific: Bool = false) -> Double {
        let perClass = Self.tokensOfClass + (classSpecific ? contextLength : 0)
        return (1 + (classSpecific ? 0 : contextLength) + perClass * Double(classes)) * model.textRowGigaflop
    }

    /// Classifying that many images, each with a prompt of its own.
    func classifying(_ images: Double, contextLength: Double) -> Work {
        Work(gigaflop: images * promptGigaflop(contextLength: contextLength), share: 0.8)
    }

    /// Measurements on the validation images, each with a prompt of its own.
    func measuring(_ measurements: Double, contextLength: Double) -> Work {
        classifying(measurements.rounded(.up) * validation, contextLength: contextLength)
    }

    func measurements(in epochs: Double) -> Double { epochs / max(1, number("validateEvery", default: 1)) }

    /// Steps of so many epochs, each of as many as the parameters say or as there are whole batches.
    func steps(epochs: Double) -> Double {
        let given = number("stepsPerEpoch")
        return epochs * (given > 0 ? given : batches)
    }

    /// Classifying the images of the target by one prompt for each class.
    var classifyingByClass: Work {
        let products = 2 * imageCount() * Double(classes * model.dimension) / 1e9
        return Work(
            gigaflop: promptGigaflop(contextLength: 4) + products, share: 0.4, unit: predicting(),
            bytes: imageCount() * StoredSize.prediction)
    }

    /// Classifying the images of the target, with so many prompts for each of them.
    func evaluating(prompts: Double, contextLength: Double) -> Work {
        var work = classifying((imageCount() * prompts).rounded(.up), contextLength: contextLength)
        work.unitGigaflop = predicting(prompts: prompts, contextLength: contextLength)
        work.bytes = Int(imageCount() * StoredSize.prediction)
        return work
    }

    /// The prediction of one new image: its feature, a look at each class, and so many prompts for it.
    func predicting(prompts: Double = 0, contextLength: Double = 0) -> Double {
        model.imageGigaflop + 2 * Double(classes * model.dimension) / 1e9
            + (prompts > 0 ? prompts * promptGigaflop(contextLength: contextLength) : 0)
    }
}
