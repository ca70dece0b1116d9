"""Reads what `spg export` writes with NumPy, safetensors and PyTorch, and compares it with the store bit by bit.

    python Tests/Reference/exchange.py STORE FOLDER      (Python 3.11, numpy 2.4, torch 2.13, safetensors 0.8)

Runs `spg` from .build/release, for the first artifact of every kind in STORE; FOLDER gets the files. Prints a line for each
format; any difference ends it.
"""

import csv
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file

spg = Path(__file__).resolve().parents[2] / ".build/release/spg"
store, folder = sys.argv[1], Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
database = sqlite3.connect(store)


def export(subject, key, extension):
    path = folder / f"{subject}-{extension}.{extension}"
    for old in (path, path.with_suffix(".csv")):
        old.unlink(missing_ok=True)
    subprocess.run([spg, "export", subject, key, "--output", path, "--store", store], check=True, stdout=subprocess.DEVNULL)
    return path


def read(path):
    """All arrays of a file by name; a lone array's is empty."""
    match path.suffix:
        case ".npy":
            return {"": np.load(path)}
        case ".npz":
            return dict(np.load(path))
        case ".safetensors":
            return load_file(path)
        case ".pt":
            value = torch.load(path, weights_only=True)
            return {"": value.numpy()} if isinstance(value, torch.Tensor) else {k: v.numpy() for k, v in value.items()}


def same(a, b):
    return a.dtype == np.float32 and a.shape == b.shape and a.tobytes() == b.tobytes()


def compare(subject, key, expected, name):
    for extension in ["npy", "npz", "safetensors", "pt"]:
        if name is None and extension == "npy":
            continue
        found = read(export(subject, key, extension))
        if name is not None:
            found = {"": next(iter(found.values()))}
        assert found.keys() == expected.keys(), (found.keys(), expected.keys())
        assert all(same(found[k], expected[k]) for k in expected), extension
        print(f"{subject} as .{extension}: the store's bits")


def only(sql, *arguments):
    return database.execute(sql, arguments).fetchone()


# Features: each row, and its norm, is that of the image beside it in the table.
key, = only("SELECT key FROM artifacts WHERE kind = 'embeddings' ORDER BY created")
path = export("features", key, "npy")
features, rows = np.load(path), list(csv.DictReader(open(path.with_suffix(".csv"))))
views = features.reshape(len(rows), -1, features.shape[-1])
encoder = only("SELECT encoder.id FROM embedding_set JOIN encoder ON encoder.id = encoder_id "
               "JOIN artifact ON artifact.id = artifact_id WHERE artifact.key = ?", key)[0]
for row, own in zip(rows, views):
    vector, norm = only(
        "SELECT vector, norm FROM embedding JOIN image ON image.id = image_id JOIN image_view ON image_view.id = view_id "
        "WHERE encoder_id = ? AND image.sha256 = ? AND name = 'center'", encoder, bytes.fromhex(row["image_sha256"]))
    assert same(own[0], np.frombuffer(vector, "<f4")), row
    assert "norm" not in row if norm is None else np.float32(row["norm"]) == np.float32(norm), row
compare("features", key, {"": features}, "features")
table = list(csv.DictReader(open(export("features", key, "csv"))))
values = np.array([[r[f"f{i}"] for i in range(views[0].size)] for r in table], dtype=np.float32)
assert same(values, np.ascontiguousarray(views.reshape(len(rows), -1)))
print("features as .csv: the store's bits")

key, length, width, vectors = only("SELECT key, context_length, width, vectors FROM prompts ORDER BY key")
compare("prompt", key, {"": np.frombuffer(vectors, "<f4").reshape(length, width)}, "ctx")

key, = only("SELECT key FROM generators ORDER BY key")
weights = {name: np.frombuffer(vector, "<f4").reshape(eval(shape)) for name, shape, vector in database.execute(
    "SELECT name, shape, vector FROM tensors WHERE key = ?", (key,))}
compare("generator", key, weights, None)
# As the authors' Sequential loads it: pairs of Linear and BatchNorm1d.
modules, sizes = [], [weights[f"model.{i}.weight"].shape for i in (0, 2, 5, 8, 11)]
for index, (outputs, inputs) in enumerate(sizes):
    modules.append(torch.nn.Linear(inputs, outputs))
    if 0 < index < 4:
        modules.append(torch.nn.BatchNorm1d(outputs))
    if index < 4:
        modules.append(torch.nn.LeakyReLU(0.2))
model = torch.nn.Module()
model.model = torch.nn.Sequential(*modules)
missing = model.load_state_dict(torch.load(folder / "generator-pt.pt", weights_only=True), strict=False)
assert not missing.unexpected_keys and all(k.endswith("num_batches_tracked") for k in missing.missing_keys), missing
print("generator: load_state_dict of an nn.Sequential takes it")

key, = only("SELECT evaluation_key FROM results ORDER BY evaluation_key")
stored = database.execute(
    "SELECT image_path, label, predicted, probability FROM predictions WHERE evaluation_key = ?", (key,)).fetchall()
found = [(r["image_path"], r["label"], r["predicted"], float(np.float32(r["probability"]))) for r in
         csv.DictReader(open(export("predictions", key, "csv")))]
assert sorted(found) == sorted(stored)
array = np.load(export("predictions", key, "npy"))
assert sorted(array[:, 2].astype(float)) == sorted(row[3] for row in stored)
print("predictions as .csv and .npy: the store's")
