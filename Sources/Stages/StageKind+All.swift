extension StageKind {
    /// Every kind that a pipeline file can use.
    public static let all = [
        extract, fit, fitCoCoOp, fitDPL, fitDAPL, cgan, importPrompt, importGenerator, evaluateZeroShot, evaluatePrompts,
        evaluateGenerator, evaluateDPL, evaluateDAPL,
    ]
}
