import Datasets
import GRDB

extension ArtifactStore {
    /// The names of an artifact in the view `names`, the longest first: those say most.
    public func names(of key: ArtifactKey) throws -> [String] {
        try reading { database in
            try String.fetchAll(
                database, sql: "SELECT name FROM names WHERE key = ? ORDER BY length(name) DESC, name",
                arguments: [key.description])
        }
    }

    /// What an artifact is called in a sentence: its most telling name, or its kind and the first digits of its key.
    public func title(of key: ArtifactKey) throws -> String {
        if let name = try names(of: key).first { return name }
        guard let artifact = try artifact(key) else { return key.short }
        guard artifact.recipe.kind == .images else { return "\(artifact.recipe.kind.rawValue) \(key.short)" }
        return "images of \(try manifest(key).domain)"
    }
}
