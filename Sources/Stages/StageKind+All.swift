extension StageKind {
    /// Every kind that a pipeline file can use.
    public static let all = [
        extract,
        fit, fitCoCoOp, fitDPL, fitDAPL, fitADCLIP, fitVPT, fitMaPLe,
        cgan,
        importPrompt, importGenerator,
        evaluateZeroShot, evaluatePrompts, evaluateGenerator,
        evaluateDPL, evaluateDAPL, evaluateADCLIP, evaluateVisionPrompts,
    ]
}
