"""Collect the training icons: one 96-pixel RGBA array and one index of names, out of Debian's icon packages.

    python gather.py WORK

An icon theme says in file names and symbolic links what people call a picture: `edit-find`, `gtk-find` and
`system-search` are often one file. Every distinct file of a theme becomes one row of WORK/icons.npy, and
WORK/icons.json lists with it the theme, the size and all names it goes by. Only names that at least three
themes draw are kept: what one theme alone draws (an application's logo, say) teaches no style.
"""
import collections
import hashlib
import io
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

SIDE = 96
LEAST_THEMES = 3
MOST_SIZES = 5  # of one theme's drawings of one name, spread over its sizes
HERE = Path(__file__).parent


def unpack(package, debs):
    """The folder with the package's files, downloaded and unpacked if need be."""
    folder = debs / package
    if not folder.exists():
        subprocess.run(["apt-get", "download", "-q", package], cwd=debs, check=True)
        subprocess.run(["dpkg", "-x", next(debs.glob(f"{package}_*.deb")), folder], check=True)
    return folder


def nominal_size(path):
    """The size that a theme's folder names state: 48 for 48x48, apps/48 and 24x24@2x; 0 for scalable."""
    for part in reversed(path.parts[:-1]):
        if match := re.fullmatch(r"(\d+)(?:x\d+)?(?:@(\d)x)?", part):
            return int(match[1]) * int(match[2] or 1)
    return 0


def drawings(theme, root):
    """All distinct files of a theme: content digest -> path, size, names, whether symbolic."""
    found = {}
    for folder, _, files in os.walk(root):
        for file in sorted(files):
            path = Path(folder, file)
            if path.suffix not in (".png", ".svg") or not path.exists() or path.resolve().suffix != path.suffix:
                continue
            size = nominal_size(path.relative_to(root))
            if 0 < size < 16:
                continue
            digest = hashlib.sha1(path.read_bytes()).hexdigest()
            name = re.sub(r"[-_]symbolic(-rtl|-ltr)?$|\.symbolic$", "", path.stem).lower()
            entry = found.setdefault(digest, {"theme": theme, "path": path, "size": size, "names": set(),
                                              "symbolic": "symbolic" in str(path.relative_to(root))})
            entry["names"].add(name)
    return list(found.values())


def thin(entries):
    """At most MOST_SIZES drawings of each name in a theme; a drawing stays if any of its names wants it."""
    wanted, by_name = set(), collections.defaultdict(list)
    for number, entry in enumerate(entries):
        for name in entry["names"]:
            by_name[name, entry["symbolic"]].append(number)
    for numbers in by_name.values():
        numbers.sort(key=lambda n: (entries[n]["size"] or 512, str(entries[n]["path"])))
        step = max(1, (len(numbers) - 1) / (MOST_SIZES - 1))
        wanted.update(numbers[round(i * step)] for i in range(min(MOST_SIZES, len(numbers))))
    return [entries[n] for n in sorted(wanted)]


def render(entry):
    """The icon as SIDE x SIDE x 4 bytes, or None where it is broken or empty."""
    try:
        path = entry["path"]
        if path.suffix == ".svg":
            data = subprocess.run(["rsvg-convert", "-w", str(SIDE), "-h", str(SIDE), "--keep-aspect-ratio", path],
                                  capture_output=True, check=True, timeout=20).stdout
            image = Image.open(io.BytesIO(data)).convert("RGBA")
        else:
            image = Image.open(path).convert("RGBA")
        scale = SIDE / max(image.size)
        if scale != 1:
            image = image.resize([max(1, round(s * scale)) for s in image.size], Image.BICUBIC)
        canvas = Image.new("RGBA", (SIDE, SIDE))
        canvas.paste(image, ((SIDE - image.width) // 2, (SIDE - image.height) // 2))
        pixels = np.asarray(canvas)
        return pixels if (pixels[..., 3] > 32).mean() > 0.01 else None
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def main(work):
    debs = work / "packages"
    debs.mkdir(parents=True, exist_ok=True)
    themes = json.loads((HERE / "themes.json").read_text())
    entries = []
    for theme, about in themes.items():
        entries += thin(drawings(theme, unpack(about["package"], debs) / "usr/share/icons" / theme))
    drawn_by = collections.defaultdict(set)
    for entry in entries:
        for name in entry["names"]:
            drawn_by[name].add(entry["theme"])
    for entry in entries:
        entry["names"] = sorted(n for n in entry["names"] if len(drawn_by[n]) >= LEAST_THEMES)
    entries = [e for e in entries if e["names"]]
    print(f"{len(entries)} drawings, {len({n for e in entries for n in e['names']})} names", flush=True)

    pixels = np.lib.format.open_memmap(work / "icons.npy", "w+", np.uint8, (len(entries), SIDE, SIDE, 4))
    kept = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for entry, image in zip(entries, pool.map(render, entries)):
            if image is None:
                continue
            pixels[len(kept)] = image
            kept.append(dict(entry, path=str(entry["path"].relative_to(debs))))
            if len(kept) % 2000 == 0:
                print(f"{len(kept)}/{len(entries)} rendered", flush=True)
    pixels.flush()
    (work / "icons.json").write_text(json.dumps(kept))
    print(f"{len(kept)} icons of {len(themes)} themes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
