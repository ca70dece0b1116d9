import ArgumentParser
import Datasets

/// How names of folders are taken: `--normalize-names NFC`.
public struct NameOptions: ParsableArguments {
    @Option(help: ArgumentHelp(
        "NFC takes names of domains and classes that look alike as one; bytes takes each as it is.", valueName: "form"))
    public var normalizeNames = NameForm.bytes

    public init() {}
}

extension NameForm: ExpressibleByArgument {}
