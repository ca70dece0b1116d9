import CLIP

/// Room in a store for a network whose extents are parameters: for each of its arrays, and for the state of its training,
/// which is kept on the way.
public struct NetworkNeed: Hashable, Sendable {
    enum Network: Hashable {
        /// DPL's.
        case domainPrompts(hiddenWidth: Int, depth: Int, contextLength: Int)
        /// AD-CLIP's, of the last so many blocks (0 for all).
        case styles(scales: Int, imageTokens: Int, hiddenWidth: Int, styleHiddenWidth: Int)
    }

    let network: Network

    /// Looks whether a store has room, before any memory is taken.
    /// - Parameters:
    ///   - architecture: the sizes of the model.
    ///   - room: the bytes that a store takes in one piece.
    /// - Throws: if there is no room, of the parameter that asks for most.
    public func check(_ architecture: Architecture, room: Int) throws(UnmetNeed) {
        // Extents of any size are multiplied here, so not as whole numbers.
        let arrays = shapes(architecture).map { $0.reduce(4.0) { $0 * Double($1) } }
        try require(arrays.max() ?? 0, "in one of its arrays", room)
        try require(Double(copies) * arrays.reduce(0, +), "in the state that its training keeps on the way", room)
    }

    private func require(_ bytes: Double, _ place: String, _ room: Int) throws(UnmetNeed) {
        guard bytes > Double(room) else { return }
        throw UnmetNeed(
            parameter: parameter,
            problem: "the network would have \(Self.megabytes(bytes)) \(place), and a store takes "
                + "\(Self.megabytes(Double(room))) in one piece; make it smaller")
    }

    private static func megabytes(_ bytes: Double) -> String { "\(Int(min(bytes / 1e6, 1e12).rounded(.up))) MB" }

    private func shapes(_ architecture: Architecture) -> [[Int]] {
        switch network {
        case .domainPrompts(let hiddenWidth, let depth, let contextLength):
            let (outputs, isTooLarge) = contextLength.multipliedReportingOverflow(by: architecture.textWidth)
            return DomainPromptNetwork.sizes(
                inputs: architecture.dimension, hidden: hiddenWidth, depth: depth, outputs: isTooLarge ? .max : outputs
            ).map { [$0.inputs, $0.outputs] }
        case .styles(let scales, let imageTokens, let hiddenWidth, let styleHiddenWidth):
            let widths = architecture.blockWidths
            return StyleProjectors.Shape(
                widths: Array(widths.suffix(scales > 0 ? scales : widths.count)), textWidth: architecture.textWidth,
                hiddenWidth: hiddenWidth, styleHiddenWidth: styleHiddenWidth, imageTokens: imageTokens, ownMixtures: true
            ).parameterShapes
        }
    }

    /// How often a training's state has the network: itself, what its optimizer remembers of it, and the best so far.
    private var copies: Int {
        switch network {
        case .domainPrompts: 3
        case .styles: 4
        }
    }

    private var parameter: String {
        switch network {
        case .domainPrompts: "hiddenWidth"
        case .styles(_, _, let hiddenWidth, let styleHiddenWidth):
            styleHiddenWidth > hiddenWidth ? "styleHiddenWidth" : "hiddenWidth"
        }
    }
}
