"""Copies some DesktopIcons to Tests/Fixtures/desktop-icons: three domains, the classes of desktop-icons.safetensors, four images
of each, and their rows of the manifest, which name packages and licences. Python 3.11 alone.

    make demo && python Tests/Reference/desktop_icons_images.py
"""
import csv
import shutil
from pathlib import Path

CLASSES = ["address book", "calendar", "envelope", "folder", "house", "padlock", "server", "trash can"]
DOMAINS = ["oxygen", "tango", "breeze"]
IMAGES = 4
root = Path(__file__).resolve().parents[2]
data, fixture = root / "Data/desktop-icons", root / "Tests/Fixtures/desktop-icons"

with open(data / "manifest.csv", newline="") as file:
    rows = list(csv.DictReader(file))
chosen = []
for domain in DOMAINS:
    for name in CLASSES:
        known = [row for row in rows if (row["domain"], row["class"]) == (domain, name)]
        chosen += known[::max(1, len(known) // IMAGES)][:IMAGES]  # spread over themes, drawings and sizes
shutil.rmtree(fixture, ignore_errors=True)
for row in chosen:
    (fixture / row["file"]).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(data / row["file"], fixture / row["file"])
with open(fixture / "manifest.csv", "w", newline="") as file:
    writer = csv.DictWriter(file, rows[0])
    writer.writeheader()
    writer.writerows(chosen)
