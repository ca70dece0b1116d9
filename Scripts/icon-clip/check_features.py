"""A second look for near-copies, with the eyes of a trained icon-clip rather than pixel by pixel.

    python check_features.py WORK MODEL SHEET

Compares every training icon that was kept with the DesktopIcons images of the same name, by the cosine of what
the third stage of the image encoder sees in the gray, cropped drawings; prints how alike they are, writes the
nearest pairs as a contact sheet, for a person to judge whether any is a copy.
"""
import csv
import json
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from augment import SIDE, normalize
from evaluate import load
from leave_out import DATA, framed, of_benchmark, of_training, sheet


@torch.no_grad()
def seen(model, grays):
    features = []
    model.visual.layer3.register_forward_hook(lambda module, given, result: features.append(result.flatten(1)))
    for batch in torch.stack([framed(gray, SIDE) for gray in grays]).split(256):
        model.encode_image(normalize(batch[:, None].expand(-1, 3, -1, -1)))
    model.visual.layer3._forward_hooks.clear()
    return torch.cat([F.normalize(f - f.mean(1, keepdim=True), dim=1) for f in features])


def main(work, folder, file):
    model = load(folder)[0].eval()
    about, pixels = json.loads((work / "icons.json").read_text()), np.load(work / "icons.npy", mmap_mode="r")
    left_out = set(json.loads((work / "left-out.json").read_text()))
    with open(DATA / "manifest.csv", newline="") as manifest:
        rows = list(csv.DictReader(manifest))
    named = {}
    for number, row in enumerate(rows):
        named.setdefault(Path(row["source"]).stem.removesuffix("-symbolic"), []).append(number)
    kept = [n for n, icon in enumerate(about) if n not in left_out and any(name in named for name in icon["names"])]
    benchmark = seen(model, [of_benchmark(DATA / row["file"]) for row in rows])
    training = seen(model, [of_training(np.array(pixels[n])) for n in kept])
    pairs = []
    for number, features in zip(kept, training):
        same = [other for name in about[number]["names"] for other in named.get(name, [])]
        likeness = benchmark[same] @ features
        pairs.append((float(likeness.max()), number, same[int(likeness.argmax())]))
    pairs.sort(reverse=True)
    print(f"{len(pairs)} kept icons share a name with a benchmark image; cosine of the nearest "
          + ", ".join(f"{k}th {pairs[k - 1][0]:.2f}" for k in (1, 10, 100, 1000)))
    sheet([(number, other) for _, number, other in pairs[:192]], pixels, rows, file)
    for likeness, number, other in pairs[:192]:
        print(f"{likeness:.3f} {about[number]['theme']} {about[number]['names'][0]} {about[number]['size']} {rows[other]['file']}")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
