/// Which release the programs are of: what `--version` prints, and CHANGELOG.md says of it.
public enum Version {
    public static let text = "0.9.0"
}
