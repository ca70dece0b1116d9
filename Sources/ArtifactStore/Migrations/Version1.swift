extension Migrations {
    /// Version 1: artifacts, images, features, what is learned, and work under way.
    static let version1 = artifacts + images + embeddings + results + progress

    /// Every artifact, and what it was made from.
    private static let artifacts = """
        CREATE TABLE artifact (
            id INTEGER PRIMARY KEY,
            key TEXT NOT NULL UNIQUE CHECK (length(key) = 64),
            kind TEXT NOT NULL CHECK (kind IN ('images', 'embeddings', 'prompt', 'generator', 'evaluation')),
            algorithm_version INTEGER NOT NULL,
            parameters TEXT NOT NULL CHECK (json_valid(parameters)),
            created TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
            seconds REAL NOT NULL,
            bytes INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE artifact_input (
            artifact_id INTEGER NOT NULL REFERENCES artifact (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            role TEXT NOT NULL,
            input_id INTEGER NOT NULL REFERENCES artifact (id),
            PRIMARY KEY (artifact_id, position)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX artifact_input_by_input ON artifact_input (input_id);

        """

    /// Images by content, files remembered by their stamps, and the manifests that are the `images` artifacts.
    ///
    /// `manifest.recorded` counts up: of two manifests of one domain, the greater was seen last.
    private static let images = """
        CREATE TABLE file_digest (
            path TEXT PRIMARY KEY,
            size INTEGER NOT NULL,
            modified INTEGER NOT NULL,
            inode INTEGER NOT NULL,
            sha256 BLOB NOT NULL CHECK (length(sha256) = 32)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE image (
            id INTEGER PRIMARY KEY,
            sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32)
        ) STRICT;
        CREATE TABLE manifest (
            artifact_id INTEGER PRIMARY KEY REFERENCES artifact (id) ON DELETE CASCADE,
            dataset TEXT NOT NULL,
            domain TEXT NOT NULL,
            recorded INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE manifest_class (
            manifest_id INTEGER NOT NULL REFERENCES manifest (artifact_id) ON DELETE CASCADE,
            label INTEGER NOT NULL,
            name TEXT NOT NULL,
            PRIMARY KEY (manifest_id, label)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE manifest_image (
            manifest_id INTEGER NOT NULL,
            position INTEGER NOT NULL,
            image_id INTEGER NOT NULL REFERENCES image (id),
            label INTEGER NOT NULL,
            path TEXT NOT NULL,
            PRIMARY KEY (manifest_id, position),
            FOREIGN KEY (manifest_id, label) REFERENCES manifest_class (manifest_id, label) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX manifest_image_by_image ON manifest_image (image_id);

        """

    /// Feature vectors, each its own row, and the artifacts that promise that all rows of a domain are there.
    private static let embeddings = """
        CREATE TABLE encoder (
            id INTEGER PRIMARY KEY,
            key TEXT NOT NULL UNIQUE CHECK (length(key) = 64),
            name TEXT NOT NULL,
            dimension INTEGER NOT NULL CHECK (dimension > 0),
            parameters TEXT NOT NULL CHECK (json_valid(parameters))
        ) STRICT;
        CREATE TABLE image_view (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE
        ) STRICT;
        CREATE TABLE embedding (
            id INTEGER PRIMARY KEY,
            encoder_id INTEGER NOT NULL REFERENCES encoder (id),
            view_id INTEGER NOT NULL REFERENCES image_view (id),
            image_id INTEGER NOT NULL REFERENCES image (id),
            vector BLOB NOT NULL,
            UNIQUE (encoder_id, view_id, image_id)
        ) STRICT;
        CREATE INDEX embedding_by_image ON embedding (image_id);
        CREATE TABLE embedding_set (
            artifact_id INTEGER PRIMARY KEY REFERENCES artifact (id) ON DELETE CASCADE,
            manifest_id INTEGER NOT NULL REFERENCES manifest (artifact_id),
            encoder_id INTEGER NOT NULL REFERENCES encoder (id)
        ) STRICT;
        CREATE TABLE embedding_set_view (
            embedding_set_id INTEGER NOT NULL REFERENCES embedding_set (artifact_id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            view_id INTEGER NOT NULL REFERENCES image_view (id),
            PRIMARY KEY (embedding_set_id, position)
        ) STRICT, WITHOUT ROWID;

        """

    /// What is learned, and how well it does.
    private static let results = """
        CREATE TABLE prompt (
            artifact_id INTEGER PRIMARY KEY REFERENCES artifact (id) ON DELETE CASCADE,
            method TEXT NOT NULL,
            domain TEXT NOT NULL,
            seed INTEGER,
            context_length INTEGER NOT NULL CHECK (context_length > 0),
            width INTEGER NOT NULL CHECK (width > 0),
            vectors BLOB NOT NULL CHECK (length(vectors) = 4 * context_length * width),
            validation_accuracy REAL
        ) STRICT;
        CREATE TABLE generator (
            artifact_id INTEGER PRIMARY KEY REFERENCES artifact (id) ON DELETE CASCADE,
            method TEXT NOT NULL,
            domain TEXT NOT NULL,
            seed INTEGER,
            validation_accuracy REAL
        ) STRICT;
        CREATE TABLE tensor (
            id INTEGER PRIMARY KEY,
            artifact_id INTEGER NOT NULL REFERENCES artifact (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            shape TEXT NOT NULL CHECK (json_valid(shape)),
            vector BLOB NOT NULL,
            UNIQUE (artifact_id, name)
        ) STRICT;
        CREATE TABLE metric (
            artifact_id INTEGER NOT NULL REFERENCES artifact (id) ON DELETE CASCADE,
            epoch INTEGER NOT NULL,
            name TEXT NOT NULL,
            value REAL NOT NULL,
            PRIMARY KEY (artifact_id, epoch, name)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE evaluation (
            artifact_id INTEGER PRIMARY KEY REFERENCES artifact (id) ON DELETE CASCADE,
            manifest_id INTEGER NOT NULL REFERENCES manifest (artifact_id),
            method TEXT NOT NULL,
            seed INTEGER,
            images INTEGER NOT NULL CHECK (images > 0),
            accuracy REAL NOT NULL
        ) STRICT;
        CREATE TABLE prediction (
            evaluation_id INTEGER NOT NULL REFERENCES evaluation (artifact_id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            predicted INTEGER NOT NULL,
            probability REAL NOT NULL,
            PRIMARY KEY (evaluation_id, position)
        ) STRICT, WITHOUT ROWID;

        """

    /// Work under way, by the key that it will have; and the cells of pipelines, whose artifacts may not exist yet.
    private static let progress = """
        CREATE TABLE checkpoint (
            key TEXT PRIMARY KEY CHECK (length(key) = 64),
            saved TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
            progress TEXT NOT NULL CHECK (json_valid(progress)),
            payload BLOB NOT NULL
        ) STRICT;
        CREATE TABLE failure (
            key TEXT PRIMARY KEY CHECK (length(key) = 64),
            failed TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
            message TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE pipeline_instance (
            pipeline TEXT NOT NULL,
            position INTEGER NOT NULL,
            stage TEXT NOT NULL,
            cell TEXT NOT NULL CHECK (json_valid(cell)),
            key TEXT NOT NULL CHECK (length(key) = 64),
            title TEXT,
            PRIMARY KEY (pipeline, position)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX pipeline_instance_by_key ON pipeline_instance (key);

        """
}
