import ArtifactStore
import Tensors

extension Profile {
    /// What the stage that is under way has spent its time on, as measurements of its epoch 0; none where nobody asked.
    static var metrics: [Metric] {
        guard isOn else { return [] }
        let (parts, total) = shares
        let named = parts.map { ($0.key.rawValue, $0.value) } + [(ProfileMetric.total, total)]
        return named.flatMap { part, share in
            [
                ProfileMetric(part: part, unit: .seconds).metric(share.seconds),
                ProfileMetric(part: part, unit: .gigaflop).metric(Double(share.operations) / 1e9),
            ]
        }
    }
}
