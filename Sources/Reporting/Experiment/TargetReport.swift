import ArtifactStore

/// How a method did on one target, over its seeds taken together.
public struct TargetReport: Hashable, Sendable {
    /// How many images of a class were taken for a class.
    public struct Confusion: Hashable, Sendable {
        public var label: String
        public var predicted: String
        public var images: Int

        public init(label: String, predicted: String, images: Int) {
            (self.label, self.predicted, self.images) = (label, predicted, images)
        }
    }

    /// Predictions of about one probability.
    public struct CalibrationBin: Hashable, Sendable {
        /// From 0; of 15.
        public var bin: Int
        public var images: Int
        /// The mean probability.
        public var confidence: Double
        public var accuracy: Double

        public init(bin: Int, images: Int, confidence: Double, accuracy: Double) {
            (self.bin, self.images, self.confidence, self.accuracy) = (bin, images, confidence, accuracy)
        }
    }

    /// Predictions whose probability varies about as much from draw to draw.
    public struct SpreadBin: Hashable, Sendable {
        /// The least standard deviation in it.
        public var from: Double
        public var images: Int
        public var accuracy: Double

        public init(from: Double, images: Int, accuracy: Double) {
            (self.from, self.images, self.accuracy) = (from, images, accuracy)
        }
    }

    /// How well a class did beside the baseline.
    public struct ClassGain: Hashable, Sendable {
        public var label: String
        /// Of the target, counted once.
        public var images: Int
        public var accuracy: Double
        public var baseline: Double

        public init(label: String, images: Int, accuracy: Double, baseline: Double) {
            (self.label, self.images, self.accuracy, self.baseline) = (label, images, accuracy, baseline)
        }
    }

    public var target: String
    public var method: String
    public var confusion: [Confusion]
    public var calibration: [CalibrationBin]
    /// None where each image has one draw.
    public var spreads: [SpreadBin]
    /// None for the baseline itself.
    public var gains: [ClassGain]

    public init(
        target: String, method: String, confusion: [Confusion], calibration: [CalibrationBin], spreads: [SpreadBin] = [],
        gains: [ClassGain] = []
    ) {
        (self.target, self.method, self.confusion) = (target, method, confusion)
        (self.calibration, self.spreads, self.gains) = (calibration, spreads, gains)
    }

    /// The images of each class, those of several seeds counted for each, and the share of them that was predicted right.
    public var classAccuracies: [String: (images: Int, accuracy: Double)] {
        var images: [String: Int] = [:], right: [String: Int] = [:]
        for count in confusion {
            images[count.label, default: 0] += count.images
            if count.predicted == count.label { right[count.label, default: 0] += count.images }
        }
        return Dictionary(
            uniqueKeysWithValues: images.filter { $0.value > 0 }.map { label, images in
                (label, (images, Double(right[label, default: 0]) / Double(images)))
            })
    }

    /// The mean distance of confidence and accuracy over bins, weighted by images, in 0...1; nil where there are none.
    public var expectedCalibrationError: Double? {
        let images = calibration.reduce(0) { $0 + $1.images }
        guard images > 0 else { return nil }
        return calibration.reduce(0) { $0 + Double($1.images) * abs($1.confidence - $1.accuracy) } / Double(images)
    }
}

/// What the figures of single targets can be switched between.
struct TargetChoice {
    /// Of the parameter that is the target.
    static let name = "target"

    let target: Chart.Choice
    let method: Chart.Choice

    /// - Parameters:
    ///   - reports: what can be chosen.
    ///   - first: the method that is chosen at first.
    init(_ reports: [TargetReport], method first: String) {
        let methods = reports.map(\.method).uniqued
        target = Chart.Choice(Self.name, title: "target", options: reports.map(\.target).uniqued)
        method = Chart.Choice(
            "method", title: "method", options: methods.filter { $0 == first } + methods.filter { $0 != first })
    }

    /// The choices of a chart of some of the reports; those that all charts share.
    var all: [Chart.Choice] { [target, method] }
    /// Keeps the rows of what is chosen.
    var filters: [JSONValue] { [target.filter(Self.name), method.filter("method")] }
}
