extension StageKind {
    /// Every kind that a pipeline file can use.
    public static let all = [
        extract, fit, cgan, importPrompt, importGenerator, evaluateZeroShot, evaluatePrompts, evaluateGenerator,
    ]
}
