// ArtifactStore
