"""What the scripts that make fixtures of pictures share: a picture's digest, and how golden values are written."""

import json


def digest(image):
    """64-bit FNV-1a over interleaved RGB rows."""
    assert image.mode == "RGB"
    h = 0xCBF29CE484222325
    for b in image.tobytes():
        h = ((h ^ b) * 0x100000001B3) % 2**64
    return f"{h:016x}"


def write(golden, path):
    """A dictionary as JSON, with a line for each element of its lists."""
    lines = [f'"{key}": ' + ("[\n " + ",\n ".join(map(json.dumps, value)) + "]" if isinstance(value, list)
                              else json.dumps(value)) for key, value in golden.items()]
    path.write_text("{" + ",\n".join(lines) + "}\n")
