"""Makes Tests/Fixtures/imaging: small JPEG and PNG files of every kind, and what Pillow and torchvision make of them.

Made with Python 3.11.7, Pillow 12.3.0 (libjpeg-turbo 3.1.4.1), torch 2.13.0, torchvision 0.29.2. Pillow 13.0.0 decodes
all the files to the same pixels.
Run from the root of the repository:  python Tests/Reference/imaging_fixtures.py

Pillow 12 resamples horizontally, then vertically, and rounds to 8 bits between; only of pictures a hundred times as tall
as wide, that lose height, it turns that round. Pillow 13 turns it round wherever a picture loses much of its height, which
changes some values by one; the golden values are those of before.

Pixels are stored as digests (64-bit FNV-1a over interleaved RGB rows). Larger source pictures are not stored at all:
`noise` makes them from a seed by integer arithmetic, and the tests do the same.
"""

import io
import pathlib
import platform
import struct
import zlib

import torch
import torchvision
from PIL import Image, features
from torchvision import transforms

from golden_pictures import digest, write

OUT = pathlib.Path("Tests/Fixtures/imaging")
BICUBIC = transforms.InterpolationMode.BICUBIC

assert int(Image.__version__.split(".")[0]) < 13, "Pillow 13 resamples tall pictures in another order: see above"


class Generator:
    """Knuth's 64-bit linear congruential generator, read from its high bits."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return self.state

    def byte(self):
        return self.next() >> 56

    def uniform(self):
        return (self.next() >> 11) * 2.0**-53


def noise(width, height, seed):
    """Random bytes; those of every other row are black or white, so that resampling overshoots and must clip."""
    g = Generator(seed)
    values = bytearray()
    for row in range(height):
        for _ in range(3 * width):
            b = g.byte()
            values.append(b if row % 2 == 0 else 255 * (b >> 7))
    return Image.frombytes("RGB", (width, height), bytes(values))


def smooth(width, height):
    """A picture that JPEG codes in few bytes: three gradients and an edge."""
    return Image.frombytes("RGB", (width, height), bytes(
        v for y in range(height) for x in range(width)
        for v in (x * 255 // max(1, width - 1), y * 255 // max(1, height - 1), 255 if 3 * x > 2 * y else x * y % 256)))


# ---------------------------------------------------------------------------------------------------- files of every kind

def jpeg(image, **options):
    out = io.BytesIO()
    image.save(out, "JPEG", **options)
    return out.getvalue()


def with_adobe_transform(data, transform):
    """The same JPEG with another colour transform in its Adobe marker, or without the marker (None)."""
    at = data.index(b"\xff\xee\x00\x0eAdobe")
    if transform is None:
        return data[:at] + data[at + 16:]
    return data[:at + 15] + bytes([transform]) + data[at + 16:]


def jpegs():
    odd, even = smooth(37, 29), smooth(48, 32)
    cmyk = Image.merge("CMYK", [*smooth(33, 17).split(), Image.linear_gradient("L").resize((33, 17))])
    exif = Image.Exif()
    exif[0x0112] = 6  # "turn me by 90 degrees"
    yield "grey.jpg", jpeg(odd.convert("L"), quality=85)
    yield "444.jpg", jpeg(odd, quality=85, subsampling="4:4:4")
    yield "422.jpg", jpeg(odd, quality=85, subsampling="4:2:2")
    yield "420.jpg", jpeg(odd, quality=85, subsampling="4:2:0")
    yield "440.jpg", resampled(jpeg(even, quality=85, subsampling="4:2:2"), 0x21, 0x12)
    yield "rgb.jpg", jpeg(odd, quality=85, keep_rgb=True)
    yield "progressive.jpg", jpeg(odd, quality=85, progressive=True)
    yield "progressive-grey.jpg", jpeg(odd.convert("L"), quality=50, progressive=True)
    yield "restarts.jpg", jpeg(even, quality=85, restart_marker_blocks=2)
    yield "optimized.jpg", jpeg(odd, quality=30, optimize=True)
    yield "orientation.jpg", jpeg(even, quality=60, exif=exif)
    yield "profile.jpg", jpeg(even, quality=60, icc_profile=b"no profile at all")
    yield "cmyk.jpg", jpeg(cmyk, quality=90)
    yield "cmyk-progressive.jpg", jpeg(cmyk, quality=90, progressive=True)
    yield "cmyk-no-adobe.jpg", with_adobe_transform(jpeg(cmyk, quality=90), None)
    yield "ycck.jpg", with_adobe_transform(jpeg(cmyk, quality=90), 2)
    yield "1x1.jpg", jpeg(smooth(1, 1))
    yield "3x7.jpg", jpeg(smooth(3, 7))
    yield "1x100.jpg", jpeg(smooth(1, 100), quality=40)
    # The colour space is told by Adobe's marker, else by JFIF's, else by the components' names.
    bare = without_segment(jpeg(odd, quality=85, subsampling="4:4:4"), 0xE0)
    yield "no-markers.jpg", bare
    for transform in (0, 1, 2):
        yield f"adobe-{transform}.jpg", bare[:2] + adobe(transform) + bare[2:]
    whole = jpeg(odd, quality=85, subsampling="4:4:4")
    yield "jfif-and-adobe-0.jpg", whole[:2] + adobe(0) + whole[2:]
    yield "rgb-by-name.jpg", without_segment(jpeg(odd, quality=85, keep_rgb=True), 0xEE)
    yield "ycck-progressive.jpg", with_adobe_transform(jpeg(cmyk, quality=90, progressive=True), 2)
    yield "411.jpg", resampled(jpeg(smooth(64, 32), quality=85, subsampling="4:2:0"), 0x22, 0x41)
    yield "grey-sampled.jpg", resampled(jpeg(even.convert("L"), quality=85), 0x11, 0x22)
    out = io.BytesIO()
    even.save(out, "MPO", save_all=True, append_images=[even.rotate(180)], quality=60)
    yield "two-pictures.jpg", out.getvalue()
    yield "9000x8.jpg", jpeg(smooth(9000, 8), quality=20)
    yield "8x9000.jpg", jpeg(smooth(8, 9000), quality=20)
    yield "trailing.jpg", jpeg(smooth(8, 8)) + b"\0\0something after the end"


def resampled(data, old, new):
    """The same JPEG with other sampling factors of its first component: a valid file of another picture."""
    at = data.index(b"\xff\xc0") + 11
    assert data[at] == old
    return data[:at] + bytes([new]) + data[at + 1:]


def without_segment(data, marker):
    at = data.index(bytes([0xFF, marker]))
    return data[:at] + data[at + 2 + int.from_bytes(data[at + 2 : at + 4], "big"):]


def adobe(transform):
    return b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00" + bytes([transform])


PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, depth, colour, sample, extra=b"", interlaced=False):
    """A PNG of `sample(x, y, channel)`, written here because Pillow writes only some kinds."""
    channels = CHANNELS[colour]

    def rows(xs, ys):
        out = bytearray()
        for y in ys:
            bits, count = 0, 0
            for x in xs:
                for c in range(channels):
                    bits, count = bits << depth | sample(x, y, c), count + depth
            pad = -count % 8
            out += b"\0" + (bits << pad).to_bytes((count + pad) // 8, "big")
        return bytes(out)

    if interlaced:
        parts = [(range(x, width, dx), range(y, height, dy)) for x, y, dx, dy in PASSES]
        data = b"".join(rows(xs, ys) for xs, ys in parts if len(xs) and len(ys))
    else:
        data = rows(range(width), range(height))
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(data, 9))
            + chunk(b"IEND", b""))


def split(data):
    """The same PNG with its pixels in chunks of a few bytes and an empty one."""
    at = data.index(b"IDAT") - 4
    count = int.from_bytes(data[at : at + 4], "big")
    pixels = data[at + 8 : at + 8 + count]
    parts = [b""] + [pixels[i : i + 7] for i in range(0, count, 7)]
    return data[:at] + b"".join(chunk(b"IDAT", p) for p in parts) + data[at + 12 + count:]


def pngs():
    kinds = [(0, d) for d in (1, 2, 4, 8, 16)] + [(3, d) for d in (1, 2, 4, 8)] + [
        (c, d) for c in (2, 4, 6) for d in (8, 16)]
    names = {0: "grey", 2: "rgb", 3: "palette", 4: "grey-alpha", 6: "rgba"}
    for colour, depth in kinds:
        for interlaced in (False, True):
            g = Generator(colour * 100 + depth)
            width, height = 13, 11
            table = {(x, y, c): (g.next() >> 32) % 2**depth
                     for y in range(height) for x in range(width) for c in range(CHANNELS[colour])}
            if colour == 0 and depth == 16:  # small values too, since large ones are clipped
                table = {key: value % (400 if key[1] % 2 else 65536) for key, value in table.items()}
            # A palette shorter than what the depth can address: some pixels have no colour.
            palette = chunk(b"PLTE", bytes(g.byte() for _ in range(3 * min(2**depth, 200)))) if colour == 3 else b""
            name = f"{names[colour]}-{depth}{'-interlaced' if interlaced else ''}.png"
            yield name, png(width, height, depth, colour, lambda x, y, c: table[x, y, c], palette, interlaced)
    ramp = lambda x, y, c: (x + y) % 4
    yield "grey-2-transparent.png", png(5, 4, 2, 0, ramp, chunk(b"tRNS", struct.pack(">H", 1)))
    yield "palette-2-transparent.png", png(
        5, 4, 2, 3, ramp, chunk(b"PLTE", bytes(range(0, 240, 20))) + chunk(b"tRNS", bytes([0, 7, 255])))
    yield "rgb-8-transparent.png", png(5, 4, 8, 2, ramp, chunk(b"tRNS", struct.pack(">HHH", 1, 1, 1)))
    yield "rgb-8-gamma.png", png(5, 4, 8, 2, lambda x, y, c: 50 * x + c, chunk(b"gAMA", struct.pack(">I", 100000)))
    # Transparency of every kind that may have it, which conversion to RGB drops.
    for depth in (1, 4, 8):
        palette = chunk(b"PLTE", bytes(range(0, 3 * 2**min(depth, 6)))) + chunk(b"tRNS", bytes([0, 200]))
        yield f"palette-{depth}-transparent.png", png(9, 5, depth, 3, lambda x, y, c: (x + y) % 2, palette)
    for depth in (8, 16):
        grey = png(9, 5, depth, 0, lambda x, y, c: 31 * x + y, chunk(b"tRNS", struct.pack(">H", 31)))
        yield f"grey-{depth}-transparent.png", grey
    yield "rgb-16-transparent.png", png(
        5, 4, 16, 2, lambda x, y, c: 9000 * x + 77 * y + c, chunk(b"tRNS", struct.pack(">HHH", 9000, 9001, 9002)))
    # Chunks that say something of the picture that is not its pixels.
    notes = (chunk(b"sBIT", b"\5\5\5") + chunk(b"sRGB", b"\0") + chunk(b"iCCP", b"x\0\0no profile")
             + chunk(b"PLTE", bytes(range(30))) + chunk(b"bKGD", bytes(6)) + chunk(b"tEXt", b"a\0b") + chunk(b"exIf", b"?"))
    yield "rgb-8-notes.png", png(5, 4, 8, 2, lambda x, y, c: 50 * x + 7 * y + c, notes)
    yield "split.png", split(png(40, 30, 8, 6, lambda x, y, c: (x * y * (c + 1)) % 256))
    for size in ((2, 1), (3, 2), (1, 5), (5, 3)):  # some passes are empty
        yield f"{size[0]}x{size[1]}-interlaced.png", png(*size, 1, 0, lambda x, y, c: (x ^ y) & 1, interlaced=True)
    out = io.BytesIO()
    smooth(20, 10).save(out, "PNG", save_all=True, append_images=[smooth(20, 10).rotate(180)])
    yield "animated.png", out.getvalue()
    yield "1x5000.png", png(1, 5000, 8, 2, lambda x, y, c: (y * (c + 3)) % 256)
    yield "5000x1.png", png(5000, 1, 4, 3, lambda x, y, c: x * x % 16, chunk(b"PLTE", bytes(range(48))))
    yield "1x1-interlaced.png", png(1, 1, 8, 2, lambda x, y, c: 7 * c, interlaced=True)
    # Every filter type: Pillow's own encoder chooses them row by row.
    out = io.BytesIO()
    smooth(40, 30).save(out, "PNG")
    yield "filtered.png", out.getvalue()


# ---------------------------------------------------------------------------------------------------------- resampling

SOURCES = [(1, 1), (1, 500), (500, 1), (3, 7), (16, 16), (17, 33), (501, 37), (37, 501), (64, 64), (200, 150)]
LONG = [(1, 5000), (5000, 1), (9000, 40), (40, 9000)]
TARGETS = [(1, 1), (7, 3), (16, 15), (5, 200), (64, 64), (224, 224)]


def resizings():
    for index, size in enumerate(SOURCES):
        image = noise(*size, index)
        same = [size, (size[0], size[1] + 5), (size[0] + 5, size[1])]
        for target in TARGETS + same:
            yield index, size, target, None, digest(image.resize(target, Image.Resampling.BICUBIC))
        g = Generator(1000 + index)
        for target in TARGETS[1:]:
            x = sorted(g.uniform() * size[0] for _ in range(2))
            y = sorted(g.uniform() * size[1] for _ in range(2))
            box = [x[0], y[0], x[1], y[1]]
            yield index, size, target, box, digest(image.resize(target, Image.Resampling.BICUBIC, box=box))
    for index, size in enumerate(LONG, len(SOURCES)):
        image = noise(*size, index)
        for target in ((7, 3), (64, 64), (224, 10), (size[0], 3), (3, size[1])):
            yield index, size, target, None, digest(image.resize(target, Image.Resampling.BICUBIC))


def center_views():
    for index, size in enumerate(SOURCES + [(250, 224), (224, 224), (225, 229), (7, 5)] + LONG):
        image = noise(*size, index)
        for n in (1, 5, 64, 224, 336):
            if n * n * max(size) / min(size) > 3e7:  # torchvision makes all of what it crops
                continue
            both = transforms.Compose([transforms.Resize(n, BICUBIC), transforms.CenterCrop(n)])
            yield index, size, n, digest(both(image)), digest(transforms.CenterCrop(n)(image))


def normalized():
    image = noise(3, 3, 77)
    steps = [transforms.ToTensor(), transforms.Normalize(
        (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711))]
    return transforms.Compose(steps)(image).permute(1, 2, 0).flatten().tolist()


# -------------------------------------------------------------------------------------------------------- augmentation

def fed_window(width, height, scale, ratio, generator):
    """torchvision's get_params with its random numbers taken from `generator`."""
    def uniform_(self, low, high):
        low, high = float(low), float(high)
        return torch.tensor([low + generator.uniform() * (high - low)], dtype=torch.float64)

    def randint(low, high, size):
        return torch.tensor([low + int(generator.uniform() * (high - low))])

    originals = torch.Tensor.uniform_, torch.randint
    torch.Tensor.uniform_, torch.randint = uniform_, randint
    try:
        top, left, h, w = transforms.RandomResizedCrop.get_params(Image.new("RGB", (width, height)), scale, ratio)
    finally:
        torch.Tensor.uniform_, torch.randint = originals
    return [left, top, w, h]


def windows():
    usual = ([0.08, 1.0], [3 / 4, 4 / 3])
    cases = [((200, 150), *usual), ((37, 41), *usual), ((1, 1), *usual), ((3, 7), *usual)]
    cases += [((500, 20), [0.9, 1.0], usual[1]), ((20, 500), [0.9, 1.0], usual[1])]  # too long: the central part
    cases += [((50, 48), [1.0, 1.0], [1.3, 1.4]), ((501, 37), [0.3, 0.5], [0.1, 20.0])]
    cases += [(size, *usual) for size in LONG] + [((8001, 8003), *usual), ((9000, 40), [0.001, 1.0], [0.5, 2.0])]
    for seed, (size, scale, ratio) in enumerate(cases):
        for repeat in range(4):
            yield seed * 10 + repeat, size, scale, ratio, fed_window(*size, scale, ratio, Generator(seed * 10 + repeat))


def crops():
    for index, size in [(5, (17, 33)), (9, (200, 150)), (12, (9000, 40)), (13, (40, 9000))]:
        image = noise(*size, index)
        g = Generator(2000 + index)
        for n in (5, 64, 224):
            w, h = 1 + int(g.uniform() * size[0]), 1 + int(g.uniform() * size[1])
            left, top = int(g.uniform() * (size[0] - w + 1)), int(g.uniform() * (size[1] - h + 1))
            crop = transforms.functional.resized_crop(image, top, left, h, w, [n, n], BICUBIC)
            yield index, size, [left, top, w, h], n, digest(crop)


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.iterdir():
        old.unlink()
    files = []
    for name, data in [*jpegs(), *pngs()]:
        (OUT / name).write_bytes(data)
        image = Image.open(io.BytesIO(data)).convert("RGB")
        files.append(dict(file=name, size=image.size, digest=digest(image)))

    def table(keys, rows):
        return [dict(zip(keys.split(), row)) for row in rows]

    golden = dict(
        madeWith=dict(
            python=platform.python_version(), pillow=Image.__version__, libjpegTurbo=features.version("libjpeg_turbo"),
            torch=torch.__version__, torchvision=torchvision.__version__),
        files=files,
        resizings=table("seed size target box digest", resizings()),
        centerViews=table("seed size resolution view crop", center_views()),
        normalized=normalized(),
        windows=table("seed size scale ratio window", windows()),
        crops=table("seed size window resolution digest", crops()),
    )
    write(golden, OUT / "golden.json")


if __name__ == "__main__":
    main()
