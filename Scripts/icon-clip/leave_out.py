"""Find training icons that are near-copies of DesktopIcons images, and list them in WORK/left-out.json.

    python leave_out.py WORK [SHEETS]

Icon themes borrow from one another: a "new" theme may carry Tango's or Adwaita's drawing, recoloured, moved or
framed. Two drawings are compared as 32x32 gray images of what they cover (cropped to it, so that neither place
nor size matters), by normalised correlation; of icons in one tone the bare shapes, since symbolic icons
come in any colour. A training icon nearer than THRESHOLD to any benchmark image is left out; and nearer than
SAME_NAME if both bear the same name, for then a likeness is a copy rather than an accident of simple shapes.
What descends from Tango's or GNOME's drawings (elementary and Faba; the symbolic icons of Numix and Yaru too) is left
out wherever DesktopIcons has the name, however much it was redrawn, and so is what copies.txt lists: the pairs that a
first icon-clip, trained for 600 steps, found most alike (check_features.py).
With SHEETS, contact sheets of the nearest pairs on either side of the thresholds are written to look at.
"""
import csv
import json
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

THRESHOLD, SAME_NAME = 0.96, 0.80
RELATED, RELATED_SYMBOLIC = {"elementary", "Faba"}, {"Numix", "Yaru"}
COPIES = Path(__file__).with_name("copies.txt")
SIDE = 32
DATA = Path(__file__).resolve().parents[2] / "Data/desktop-icons"
LUMINANCE = torch.tensor([0.299, 0.587, 0.114]).view(3, 1, 1)


def framed(gray, side):
    """A gray image whose ground is 1, cropped to what is drawn and made side x side; nothing drawn stays blank."""
    drawn = (gray - 1).abs() > 0.06
    rows, columns = drawn.any(1).nonzero().flatten(), drawn.any(0).nonzero().flatten()
    if not len(rows):
        return torch.ones(side, side)
    crop = gray[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]
    wide = crop.shape[1] - crop.shape[0]
    half = abs(wide) // 2
    sides = (0, 0, half, abs(wide) - half) if wide > 0 else (half, abs(wide) - half, 0, 0)
    crop = F.pad(crop, sides, value=1.0)
    return F.interpolate(crop[None, None], size=(side, side), mode="bilinear", antialias=True)[0, 0]


def described(gray):
    """A unit vector for a gray image; zeros for a blank one."""
    small = framed(gray, SIDE).flatten()
    return F.normalize(small - small.mean(), dim=0)


def of_training(rgba):
    """Gray as drawn on white; but of an icon in one tone the bare shape, since its tone may well be white."""
    rgba = torch.from_numpy(rgba).permute(2, 0, 1).float() / 255
    gray, alpha = (rgba[:3] * LUMINANCE).sum(0), rgba[3]
    one_tone = gray[alpha > 0.5].std() < 0.06
    return 1 - alpha if one_tone else gray * alpha + 1 - alpha


def of_benchmark(file):
    """Gray as drawn on white, also where it is drawn on dark grey."""
    image = Image.open(file).convert("L").resize((64, 64), Image.BICUBIC)
    gray = torch.from_numpy(np.array(image)).float() / 255
    ground = torch.stack([gray[0, 0], gray[0, -1], gray[-1, 0], gray[-1, -1]]).median()
    return gray if ground > 0.9 else 1 - (gray - ground).abs()


def nearest(work):
    """For each training icon: the correlation with the nearest benchmark image, and which; likewise of the same name."""
    about = json.loads((work / "icons.json").read_text())
    pixels = np.load(work / "icons.npy")
    with open(DATA / "manifest.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    benchmark = torch.stack([described(of_benchmark(DATA / row["file"])) for row in rows])
    names = [Path(row["source"]).stem.removesuffix("-symbolic") for row in rows]
    numbers = {}
    for number, name in enumerate(names):
        numbers.setdefault(name, []).append(number)
    found = []
    for number, icon in enumerate(about):
        likeness = benchmark @ described(of_training(pixels[number]))
        best = int(likeness.argmax())
        same = [n for name in icon["names"] for n in numbers.get(name, [])]
        best_same = same[int(likeness[same].argmax())] if same else best
        found.append((float(likeness[best]), best, float(likeness[best_same]) if same else -1.0, best_same))
    return about, pixels, rows, found


def sheet(pairs, pixels, rows, file):
    """Training icon above, benchmark image below."""
    canvas = Image.new("RGB", (24 * 66, -(-len(pairs) // 24) * 136), "white")
    for place, (number, other) in enumerate(pairs):
        left, top = place % 24 * 66, place // 24 * 136
        icon = Image.fromarray(pixels[number]).resize((64, 64))
        canvas.paste(Image.new("RGB", (64, 64), (200, 225, 255)), (left, top))
        canvas.paste(icon, (left, top), icon)
        canvas.paste(Image.open(DATA / rows[other]["file"]).resize((64, 64)), (left, top + 66))
    canvas.save(file)


def main(work, sheets=None):
    about, pixels, rows, found = nearest(work)
    copies = set(COPIES.read_text().splitlines())
    out = []
    for number, (icon, (likeness, _, same_name, _)) in enumerate(zip(about, found)):
        related = icon["theme"] in RELATED or icon["symbolic"] and icon["theme"] in RELATED_SYMBOLIC
        if likeness > THRESHOLD or same_name > SAME_NAME or related and same_name >= 0 or icon["path"] in copies:
            out.append(number)
    (work / "left-out.json").write_text(json.dumps(out))
    themes = {}
    for number in out:
        themes[about[number]["theme"]] = themes.get(about[number]["theme"], 0) + 1
    print(f"{len(out)} of {len(about)} left out: {dict(sorted(themes.items(), key=lambda item: -item[1]))}")
    if sheets:
        sheets.mkdir(exist_ok=True)
        rng = np.random.default_rng(0)
        for kind, value, other in (("any", 0, 1), ("same", 2, 3)):
            for low in np.arange(0.86, 0.995, 0.02):
                band = [(n, f[other]) for n, f in enumerate(found) if low < f[value] <= low + 0.02]
                if kind == "any":
                    band = [(n, o) for n, o in band if found[n][2] < SAME_NAME]
                band = [band[i] for i in sorted(rng.permutation(len(band))[:120])]
                if band:
                    sheet(band, pixels, rows, sheets / f"{kind}-{low:.2f}.png")
        json.dump(found, open(sheets / "found.json", "w"))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
