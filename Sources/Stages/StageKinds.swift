extension StageKind {
    /// Every kind of stage that a pipeline file may name.
    public static let all: [StageKind] = []
}
