import ArgumentParser
import Datasets

/// How names of folders are taken: `--normalize-names NFC`.
public struct NameOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Domain and class names: NFC treats names that look the same as one; bytes keeps each as it is.",
            valueName: "form"))
    public var normalizeNames = NameForm.bytes

    public init() {}
}

extension NameForm: ExpressibleByArgument {}
