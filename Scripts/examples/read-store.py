#!/usr/bin/env python3
"""Reads features, prompts and predictions out of a store with sqlite3 and NumPy alone.

    python3 read-store.py Cache/artifacts.sqlite
"""
import sqlite3
import sys

import numpy as np

store = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)

features = {}  # By domain: [images, dimension], of unit length.
for domain, vector in store.execute(
    "SELECT domain, vector FROM embeddings WHERE view = 'center' ORDER BY domain, image_path"
):
    features.setdefault(domain, []).append(np.frombuffer(vector, "<f4"))
for domain, rows in features.items():
    matrix = np.stack(rows)
    print("features", domain, *matrix.shape, f"{np.linalg.norm(matrix, axis=1).mean():.4f}", sep="\t")

for method, domain, length, width, vectors in store.execute(
    "SELECT method, domain, context_length, width, vectors FROM prompts ORDER BY method, domain, key"
):
    prompt = np.frombuffer(vectors, "<f4").reshape(length, width)
    print("prompt", method, domain, *prompt.shape, f"{np.square(prompt).mean():.6g}", sep="\t")

for method, target, accuracy, key in store.execute(
    "SELECT method, target, accuracy, evaluation_key FROM results ORDER BY method, target, evaluation_key"
):
    rows = store.execute("SELECT label, predicted FROM predictions WHERE evaluation_key = ?", (key,)).fetchall()
    labels, predicted = np.array(rows).T
    assert abs((labels == predicted).mean() - accuracy) < 1e-9
    print("predictions", method, target, len(rows), f"{accuracy:.4f}", sep="\t")
