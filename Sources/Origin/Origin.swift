/// Where this program is from: what `Scripts/origin` found when it was built.
///
/// A module of its own, whose interface does not change with the commit: with a new one, this is compiled and programs are
/// linked, and nothing more.
public enum Origin {
    /// The commit that was built, in 40 hexadecimal digits; nil where the sources were of no commit, as in an archive.
    public static var commit: String? { found.commit.isEmpty ? nil : found.commit }

    /// Whether sources were not as in the commit.
    public static var isChanged: Bool { found.isChanged }

    /// The compiler's version; nil where it did not say it.
    public static var compiler: String? { found.compiler.isEmpty ? nil : found.compiler }

    /// How it was compiled: debug or release.
    public static var configuration: String {
        #if DEBUG
        "debug"
        #else
        "release"
        #endif
    }
}
