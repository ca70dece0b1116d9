extension StageKind {
    /// Every kind that a pipeline file can use.
    public static let all = [
        extract,
        fit, fitCoCoOp, fitDPL, fitDAPL, fitADCLIP, fitVPT, fitMaPLe, fitDual,
        cgan, regressor, dualPath, flow,
        importPrompt, importGenerator,
        evaluateZeroShot, evaluatePrompts, evaluateGenerator,
        evaluateDPL, evaluateDAPL, evaluateADCLIP, evaluateVisionPrompts,
    ]
}
