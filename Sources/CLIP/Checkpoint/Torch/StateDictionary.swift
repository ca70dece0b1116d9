import Tensors

extension PickleHeap {
    /// What training checkpoints call the model's weights.
    private static let keys = ["state_dict", "model_state_dict", "model"]

    /// The weights that a training checkpoint holds among other things, and what it calls them.
    func stateDict(in root: PickleValue) -> (key: String, weights: PickleValue)? {
        let members = members(of: root)
        for key in Self.keys {
            if let value = members.first(where: { $0.key == key })?.value, case .dictionary = value { return (key, value) }
        }
        return nil
    }

    /// How the weights are got out of a file with Python, where it can be read.
    func advice(for root: PickleValue) -> String {
        guard case .dictionary = root else { return Self.saving("checkpoint.state_dict()") }
        let parts = members(of: root).filter { member in
            switch member.value {
            case .dictionary, .foreign: true
            default: false
            }
        }
        let part = parts.first { Self.keys.contains($0.key) } ?? parts.first
        guard let part, part.key.utf8.count <= 200 else { return Self.saving("checkpoint[\"state_dict\"]") }
        let isModule = if case .foreign = part.value { true } else { false }
        return Self.saving("checkpoint[\"\(part.key)\"]" + (isModule ? ".state_dict()" : ""))
    }

    static func saving(_ weights: String) -> String {
        "If you trust it, save the weights alone: checkpoint = torch.load(path, map_location=\"cpu\", "
            + "weights_only=False); torch.save(\(weights), path)"
    }

    /// The members of a dictionary whose keys are texts.
    private func members(of value: PickleValue) -> [(key: String, value: PickleValue)] {
        guard case .dictionary(let place) = value else { return [] }
        let items = containers[place]
        return stride(from: 0, to: items.count - 1, by: 2).compactMap { index in
            if case .text(let key) = items[index] { (key, items[index + 1]) } else { nil }
        }
    }
}

extension TensorFileError.Problem {
    /// A name of Python's that no tensor needs.
    static func foreign(_ name: String, advice: String = PickleHeap.saving("checkpoint.state_dict()")) -> Self {
        .refused(
            "its pickle asks Python for \"\(name.prefix(200))\", which is not part of a tensor and is not run. "
                + advice)
    }
}
