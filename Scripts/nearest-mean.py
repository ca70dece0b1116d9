import csv
import sys
from pathlib import Path

import numpy as np


def table(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def features(path):
    """Of the center views; others, if there are, come after them."""
    array = np.load(path)
    return array if array.ndim == 2 else array[:, 0]


sources, target, output = map(Path, sys.argv[1:])
files = [sources / row["file"] for row in table(sources / "index.csv")]
known = np.concatenate([features(file) for file in files])
labels = np.array([row["label"] for file in files for row in table(file.with_suffix(".csv"))])

classes = np.unique(labels)
means = np.stack([known[labels == name].mean(axis=0) for name in classes])
means /= np.linalg.norm(means, axis=1, keepdims=True)
logits = 100 * features(target) @ means.T
shares = np.exp(logits - logits.max(axis=1, keepdims=True))
shares /= shares.sum(axis=1, keepdims=True)

with open(output, "w", newline="", encoding="utf-8") as file:
    writer = csv.writer(file)
    writer.writerow(["image_path", "image_sha256", "label", "predicted", "probability"])
    for row, share in zip(table(target.with_suffix(".csv")), shares):
        best = share.argmax()
        writer.writerow([row["image_path"], row["image_sha256"], row["label"], classes[best], share[best]])
