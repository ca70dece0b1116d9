/// Records operations as they are computed, to run their adjoints in reverse: reverse-mode differentiation.
///
/// An operation is recorded only if one of its inputs needs a gradient, so the same code that trains also evaluates:
/// over constants it computes values and remembers nothing.
public final class Tape {
    /// Given the gradient of the loss with respect to an operation's output, the gradients with respect to its inputs, in
    /// their order; nil for an input that needs none.
    typealias Adjoint = (Tensor) -> [Gradient?]

    private struct Node {
        var inputs: [Int?]
        var adjoint: Adjoint?
    }

    private var nodes: [Node] = []

    public init() {}

    /// A variable of the value's shape whose gradient can be asked for.
    public func parameter(_ value: Tensor) -> Variable {
        nodes.append(Node(inputs: [], adjoint: nil))
        return Variable(value: value, node: nodes.count - 1, tape: self)
    }

    fileprivate func append(_ value: Tensor, inputs: [Variable], adjoint: @escaping Adjoint) -> Variable {
        nodes.append(Node(inputs: inputs.map(\.node), adjoint: adjoint))
        return Variable(value: value, node: nodes.count - 1, tape: self)
    }

    /// The gradients of a scalar with respect to parameters of this tape. To be asked for once: what operations kept for
    /// their adjoints is freed on the way.
    ///
    /// - Parameters:
    ///   - loss: a scalar.
    ///   - parameters: variables that `parameter(_:)` made.
    /// - Returns: one tensor per parameter, of its shape; zero where the scalar does not depend on it.
    public func gradients(of loss: Variable, for parameters: [Variable]) -> [Tensor] {
        Profile.measure(.backward) {
            zip(propagated(from: loss, to: parameters), parameters).map { $0.tensor.reshaped($1.value.shape) }
        }
    }

    /// The same for an optimizer that multiplies gradients itself: of as many numbers as the parameters, in any shape.
    package func unmultipliedGradients(of loss: Variable, for parameters: [Variable]) -> [Gradient] {
        Profile.measure(.backward) { propagated(from: loss, to: parameters) }
    }

    private func propagated(from loss: Variable, to parameters: [Variable]) -> [Gradient] {
        precondition(loss.value.count == 1, "only a scalar has a gradient, not \(loss.value.shape)")
        return gradients(of: loss, gradient: Tensor(loss.value.shape, repeating: 1), for: parameters)
    }

    /// The gradients of a scalar whose gradient with respect to `output` is known.
    fileprivate func gradients(of output: Variable, gradient: Tensor, for parameters: [Variable]) -> [Gradient] {
        var gradients = [Gradient?](repeating: nil, count: nodes.count)
        if let node = output.node { gradients[node] = .numbers(gradient) }
        for index in nodes.indices.reversed() {
            guard let adjoint = nodes[index].adjoint, let gradient = gradients[index] else { continue }
            // What an operation kept for its adjoint is not needed again.
            nodes[index].adjoint = nil
            gradients[index] = nil
            for (input, contribution) in zip(nodes[index].inputs, adjoint(gradient.tensor)) {
                guard let input, let contribution else { continue }
                if var sum = gradients[input]?.tensor {
                    // Held nowhere else, it is added to in place.
                    gradients[input] = nil
                    sum += contribution.tensor
                    gradients[input] = .numbers(sum)
                } else {
                    gradients[input] = contribution
                }
            }
        }
        return parameters.map { parameter in
            parameter.node.flatMap { gradients[$0] } ?? .numbers(Tensor(parameter.value.shape))
        }
    }
}

/// What `body` makes of variables, computed a second time when gradients flow back through it: nothing of what it computes on
/// the way is kept until then, only its inputs. Values and gradients are the same as without, in all bits.
///
/// Gradients flow to the inputs only, not to other variables that `body` may use.
public func recomputed(_ inputs: [Variable], _ body: @escaping ([Variable]) -> Variable) -> Variable {
    guard inputs.contains(where: \.needsGradient) else { return body(inputs) }
    let constants = inputs.map(\.detached), needs = inputs.map(\.needsGradient)
    return .output(body(constants).value, of: inputs) { gradient in
        let tape = Tape()
        let again = zip(constants, needs).map { $1 ? tape.parameter($0.value) : $0 }
        let wanted = zip(again, needs).filter(\.1).map(\.0)
        var gradients = tape.gradients(of: body(again), gradient: gradient, for: wanted)[...]
        return needs.map { $0 ? gradients.removeFirst().tensor : nil }
    }
}

/// A tensor in a differentiable computation. Not to be computed with once its tape is gone.
public struct Variable {
    /// What was computed.
    public let value: Tensor
    fileprivate let node: Int?
    /// Unowned, since adjoints hold variables and the tape holds adjoints.
    fileprivate unowned let tape: Tape?

    fileprivate init(value: Tensor, node: Int?, tape: Tape?) {
        self.value = value
        self.node = node
        self.tape = tape
    }

    /// A value that needs no gradient, such as a frozen weight.
    public init(_ constant: Tensor) {
        self.init(value: constant, node: nil, tape: nil)
    }

    /// Whether a gradient flows back into this variable.
    public var needsGradient: Bool { node != nil }

    /// The same value, cut off from how it was computed.
    public var detached: Variable { Variable(value) }

    /// The output of an operation.
    /// - Parameters:
    ///   - value: what the operation computed.
    ///   - inputs: what it computed it from.
    ///   - adjoint: maps the output's gradient, of its shape, to the inputs', each of its input's shape. Called at most
    ///     once, and never if no input needs a gradient.
    package static func output(
        _ value: Tensor, of inputs: [Variable], adjoint: @escaping (Tensor) -> [Tensor?]
    ) -> Variable {
        output(value, of: inputs, unmultiplied: { adjoint($0).map { $0.map(Gradient.numbers) } })
    }

    /// The same where a gradient may be one that is multiplied later.
    static func output(
        _ value: Tensor, of inputs: [Variable], unmultiplied adjoint: @escaping (Tensor) -> [Gradient?]
    ) -> Variable {
        guard let tape = inputs.lazy.compactMap(\.tape).first else { return Variable(value) }
        return tape.append(value, inputs: inputs, adjoint: adjoint)
    }
}
