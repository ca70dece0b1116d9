"""Writes Tests/Fixtures/encode-with-torch.json: what Scripts/encode-with-torch draws and cuts out of pictures, with Pillow.

    python Tests/Reference/encode_with_torch.py            # writes it
    python Tests/Reference/encode_with_torch.py --check    # compares with it; status 1 where something differs

Made with Python 3.11.7, Pillow 12.3.0, NumPy 2.4.6; Pillow 13.0.0 makes the same. The tests in Swift compare the same numbers
with ours. `numbers` are doubles in [0, 1) of the streams of some images; `pictures` has the digest (64-bit FNV-1a) of the pixels
of the center and two augmented views, one after another, of every file that other fixtures have, in both orders of colours.
"""

import hashlib
import json
import sys
from pathlib import Path

root = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(root / "Scripts/encode-with-torch"))

import views  # noqa: E402
from random_stream import RandomStream  # noqa: E402

from golden_pictures import write  # noqa: E402

RESOLUTION, VIEWS = 24, 2
FIXTURES = root / "Tests/Fixtures"
PATH = FIXTURES / "encode-with-torch.json"


def fnv(data):
    h = 0xCBF29CE484222325
    for byte in data:
        h = (h ^ byte) * 0x100000001B3 % 2**64
    return f"{h:016x}"


def numbers():
    for text in ("", "a", "an image"):
        digest = hashlib.sha256(text.encode()).digest()
        for purpose in views.names(2)[1:] + ["évaluation"]:
            stream = RandomStream.of_image(digest, purpose)
            yield dict(text=text, purpose=purpose, numbers=[stream.uniform_double() for _ in range(7)])


def pictures():
    files = []
    for folder in ("imaging", "pictures"):
        files += [f"{folder}/{entry['file']}" for entry in json.loads((FIXTURES / folder / "golden.json").read_text())["files"]]
    for name in files:
        path = FIXTURES / name
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        entry = dict(file=name)
        for order in views.ORDERS:
            entry[order] = fnv(views.squares(path, sha256, views.names(VIEWS), RESOLUTION, order).tobytes())
        yield entry


made = dict(resolution=RESOLUTION, views=VIEWS, numbers=list(numbers()), pictures=list(pictures()))
if sys.argv[1:] != ["--check"]:
    write(made, PATH)
    sys.exit()
golden = json.loads(PATH.read_text())
different = [new for key in ("numbers", "pictures") for old, new in zip(golden[key], made[key], strict=True) if old != new]
print(f"{len(made['pictures'])} pictures and {len(made['numbers'])} streams, {len(different)} of them different", *different[:5])
sys.exit(1 if different else 0)
