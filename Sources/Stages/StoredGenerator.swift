import ArtifactStore

typealias StoredGenerator = Generator
