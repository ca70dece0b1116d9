"""Writes the small files that fuzzing a reader begins with: python3 Scripts/fuzz/seeds.py READER FOLDER"""

import json
import struct
import sys
import zipfile
from pathlib import Path

reader, folder = sys.argv[1], Path(sys.argv[2])
fixtures = Path(__file__).parents[2] / "Tests" / "Fixtures" / "checkpoints"
files = [fixtures / name for name in ("prompt.pt", "tensors.pt", "repeated.pt")]
for path in (fixtures / "found" / reader).glob("*"):
    (folder / ("found-" + path.name)).write_bytes(path.read_bytes())
# Pictures: small ones of every kind.
suffixes = {"jpeg": "jpg"}
for folder_name in ("pictures", "pictures/found", "imaging"):
    for path in (fixtures.parent / folder_name).glob(f"*.{suffixes.get(reader, reader)}"):
        if path.stat().st_size < 8192:
            (folder / path.name).write_bytes(path.read_bytes())
if reader == "safetensors":
    header = json.dumps({
        "a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
        "b": {"dtype": "BF16", "shape": [], "data_offsets": [24, 26]},
        "c": {"dtype": "F16", "shape": [0, 4], "data_offsets": [26, 26]}, "__metadata__": {"format": "pt"},
    }).encode()
    (folder / "seed").write_bytes(struct.pack("<Q", len(header)) + header + bytes(26))
    (folder / "empty").write_bytes(struct.pack("<Q", 2) + b"{}")
for path in files:
    if reader == "zip":
        (folder / path.name).write_bytes(path.read_bytes())
    elif reader == "pickle" and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith("data.pkl"):
                    (folder / (path.name + ".pkl")).write_bytes(archive.read(name))
if reader == "pickle":
    # TorchScript's objects; the large models' pickles are of the same instructions.
    with zipfile.ZipFile(fixtures / "openai.pt") as archive:
        (folder / "openai.pkl").write_bytes(archive.read("openai/data.pkl"))
