"""Makes Tests/Fixtures/pictures: small WebP, GIF, BMP and TIFF files of every kind that is read, what Pillow makes of them,
and what CLIP's order (resize, crop, then RGB) makes of them and of the files in Tests/Fixtures/imaging.

Made with Python 3.11.7, Pillow 12.3.0 (libwebp 1.6.0, libtiff 4.7.1, libjpeg-turbo 3.1.4.1), NumPy 2.4.6. Resizing and
cropping follow torchvision's Resize and CenterCrop, whose arithmetic imaging_fixtures.py holds against torchvision itself.
Run from the root of the repository:  python Tests/Reference/picture_fixtures.py

Pixels are stored as digests (64-bit FNV-1a over interleaved RGB rows).
"""

import io
import pathlib
import platform
import struct
import warnings

import numpy
from PIL import Image, TiffImagePlugin, features

from golden_pictures import digest, write

OUT = pathlib.Path("Tests/Fixtures/pictures")
OTHERS = pathlib.Path("Tests/Fixtures/imaging")
BICUBIC = Image.Resampling.BICUBIC

assert int(Image.__version__.split(".")[0]) < 13, "Pillow 13 resamples tall pictures in another order"
warnings.simplefilter("ignore")


def values(width, height, channels, seed, highest=255):
    """Gradients with noise: a picture that compresses a little."""
    random = numpy.random.default_rng(seed)
    y, x = numpy.mgrid[:height, :width]
    ramp = (x * 5 + y * 3) / (5 * width + 3 * height) * highest
    planes = [numpy.clip(ramp * (c + 1) % (highest + 1) + random.integers(0, highest // 4 + 1, (height, width)), 0, highest)
              for c in range(channels)]
    return numpy.stack(planes, -1).astype("u2" if highest > 255 else "u1")


def picture(mode, width=29, height=21, seed=1):
    channels = len(mode)
    array = values(width, height, channels, seed)
    return Image.fromarray(array if channels > 1 else array[..., 0], mode)


def paletted(width=29, height=21, colors=256, seed=3):
    image = Image.fromarray((values(width, height, 1, seed)[..., 0].astype(int) * colors // 256).astype("u1"), "P")
    image.putpalette(numpy.random.default_rng(seed).integers(0, 256, 3 * colors).astype("u1").tobytes())
    return image


def saved(image, format, **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


# ------------------------------------------------------------------------------------------------------------------ WebP

def webps():
    yield "lossy", saved(picture("RGB"), "WEBP", quality=70)
    yield "lossy-odd", saved(picture("RGB", 17, 1), "WEBP", quality=70)
    yield "lossy-alpha", saved(picture("RGBA"), "WEBP", quality=70)
    yield "lossless", saved(picture("RGB"), "WEBP", lossless=True)
    yield "lossless-alpha", saved(picture("RGBA"), "WEBP", lossless=True, exact=True)
    yield "lossless-palette", saved(paletted(colors=7).convert("RGB"), "WEBP", lossless=True)
    yield "sharp", saved(picture("RGB", 64, 48), "WEBP", quality=95, method=6)
    yield "notes", saved(picture("RGB"), "WEBP", quality=50, icc_profile=b"no profile", exif=b"Exif\0\0II*\0\x08\0\0\0\0\0")
    frames = [picture("RGB", seed=s) for s in (5, 6, 7)]
    yield "animated", saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], duration=90)
    frames = [picture("RGBA", seed=s) for s in (5, 6)]
    yield "animated-alpha", saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    yield "animated-part", part_of_canvas(saved(picture("RGBA", 10, 8), "WEBP", lossless=True), 30, 20, 4, 6)
    yield "animated-part-opaque", part_of_canvas(saved(picture("RGB", 10, 8), "WEBP", quality=80), 30, 20, 4, 6, alpha=False)


def part_of_canvas(still, width, height, left, top, alpha=True):
    """An animation of one frame that is smaller than the canvas."""
    def chunk(kind, data):
        return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)

    def three(number):
        return struct.pack("<I", number)[:3]
    at = 12
    parts = b""
    while at < len(still):
        size = struct.unpack_from("<I", still, at + 4)[0]
        if still[at : at + 4] in (b"VP8 ", b"VP8L", b"ALPH"):
            parts += still[at : at + 8 + size + size % 2]
        at += 8 + size + size % 2
    frame = three(left // 2) + three(top // 2) + three(9) + three(7) + three(100) + b"\2" + parts
    body = (b"WEBP" + chunk(b"VP8X", bytes([0x12 if alpha else 2, 0, 0, 0]) + three(width - 1) + three(height - 1))
            + chunk(b"ANIM", struct.pack("<IH", 0xFF204060, 0)) + chunk(b"ANMF", frame))
    return b"RIFF" + struct.pack("<I", len(body)) + body


# ------------------------------------------------------------------------------------------------------------------- GIF

def gif(width, height, frame, palette=None, local=None, transparent=None, interlaced=False, version=b"89a", pixels=None):
    """A GIF of one frame (left, top, width, height), packed by codes that clear before the table grows."""
    def table(colors):
        return b"" if colors is None else bytes(colors)

    def flags(colors):
        return 0 if colors is None else 0x80 | (len(colors) // 3).bit_length() - 2
    left, top, w, h = frame
    rows = [list(row) for row in pixels]
    if interlaced:
        order = [*range(0, h, 8), *range(4, h, 8), *range(2, h, 4), *range(1, h, 2)]
        rows = [rows[y] for y in order]
    bits, out, have, count = 8, bytearray(), 0, 0
    clear, end = 256, 257

    def put(code):
        nonlocal have, count
        have |= code << count
        count += 9
        while count >= 8:
            out.append(have & 255)
            have >>= 8
            count -= 8
    for i, value in enumerate(v for row in rows for v in row):
        if i % 200 == 0:
            put(clear)
        put(int(value))
    put(end)
    if count:
        out.append(have & 255)
    blocks = b"".join(bytes([len(out[i : i + 255])]) + out[i : i + 255] for i in range(0, len(out), 255)) + b"\0"
    data = b"GIF" + version + struct.pack("<HHBBB", width, height, flags(palette) | 0x70, 0, 0) + table(palette)
    if transparent is not None:
        data += b"!\xf9\x04" + bytes([1, 0, 0, transparent]) + b"\0"
    data += b"!\xfe\x05hello\0" + b"," + struct.pack("<HHHHB", left, top, w, h, flags(local) | 0x40 * interlaced)
    return data + table(local) + bytes([bits]) + blocks + b";"


def gifs():
    colors = numpy.random.default_rng(9).integers(0, 256, 768).tolist()
    others = numpy.random.default_rng(10).integers(0, 256, 768).tolist()
    grey = [i for i in range(256) for _ in range(3)]
    pixels = values(23, 19, 1, 4)[..., 0]
    whole = (0, 0, 23, 19)
    yield "pillow", saved(paletted(), "GIF")
    yield "pillow-grey", saved(picture("L"), "GIF")
    yield "pillow-interlaced", saved(paletted(), "GIF", interlace=1)
    yield "pillow-transparent", saved(paletted(), "GIF", transparency=5)
    yield "pillow-few", saved(paletted(colors=3), "GIF")
    frames = [paletted(seed=s) for s in (3, 4, 5)]
    yield "pillow-animated", saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50)
    yield "global", gif(23, 19, whole, colors, pixels=pixels)
    yield "87a", gif(23, 19, whole, colors, pixels=pixels, version=b"87a")
    yield "local", gif(23, 19, whole, colors, others, pixels=pixels)
    yield "local-only", gif(23, 19, whole, None, others, pixels=pixels)
    yield "no-palette", gif(23, 19, whole, None, pixels=pixels)
    yield "grey", gif(23, 19, whole, grey, pixels=pixels)
    yield "short-palette", gif(23, 19, whole, colors[: 3 * 64], pixels=pixels)
    yield "interlaced", gif(23, 19, whole, colors, interlaced=True, pixels=pixels)
    yield "part", gif(40, 30, (7, 5, 23, 19), colors, pixels=pixels)
    yield "part-transparent", gif(40, 30, (7, 5, 23, 19), colors, transparent=77, interlaced=True, pixels=pixels)
    yield "part-grey-transparent", gif(40, 30, (7, 5, 23, 19), grey, transparent=99, pixels=pixels)
    yield "beyond", gif(20, 10, (7, 5, 23, 19), colors, pixels=pixels)


# ------------------------------------------------------------------------------------------------------------------- BMP

def bmp(width, height, bits, rows, header=40, compression=0, palette=b"", masks=b"", colors=0, top_down=False, offset=True):
    size = 14 + header + (len(masks) if header == 40 else 0) + len(palette)
    if header == 12:
        head = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        head = struct.pack(
            "<IiiHHIIiiII", header, width, -height if top_down else height, 1, bits, compression, len(rows), 0, 0, colors, 0)
        head += masks if header == 40 else masks.ljust(header - 40, b"\0")
    return (b"BM" + struct.pack("<IHHI", size + len(rows), 0, 0, size if offset else 0) + head + palette + rows)


def bmps():
    random = numpy.random.default_rng(12)
    def rows(width, height, bits):
        stride = (width * bits + 31) // 32 * 4
        return random.integers(0, 256, stride * height).astype("u1").tobytes()
    def colors(count, size=4):
        return random.integers(0, 256, count * size).astype("u1").tobytes()
    w, h = 19, 13
    yield "pillow-rgb", saved(picture("RGB"), "BMP")
    yield "pillow-grey", saved(picture("L"), "BMP")
    yield "pillow-palette", saved(paletted(), "BMP")
    yield "pillow-bilevel", saved(picture("L").convert("1"), "BMP")
    yield "pillow-rgba", saved(picture("RGBA"), "BMP")
    for bits in (1, 4, 8):
        yield f"palette-{bits}", bmp(w, h, bits, rows(w, h, bits), palette=colors(2**bits))
        yield f"palette-{bits}-old", bmp(w, h, bits, rows(w, h, bits), header=12, palette=colors(2**bits, 3))
    yield "palette-8-short", bmp(w, h, 8, rows(w, h, 8), palette=colors(100), colors=100)
    yield "palette-1-black-first", bmp(w, h, 1, rows(w, h, 1), palette=bytes([0, 0, 0, 0, 255, 255, 255, 0]))
    yield "palette-1-white-first", bmp(w, h, 1, rows(w, h, 1), palette=bytes([255, 255, 255, 0, 0, 0, 0, 0]))
    yield "palette-8-top-down", bmp(w, h, 8, rows(w, h, 8), palette=colors(256), top_down=True)
    yield "palette-8-no-offset", bmp(w, h, 8, rows(w, h, 8), palette=colors(256), offset=False)
    for bits in (16, 24, 32):
        yield f"rgb-{bits}", bmp(w, h, bits, rows(w, h, bits))
    yield "rgb-24-old", bmp(w, h, 24, rows(w, h, 24), header=12)
    yield "rgb-24-top-down", bmp(w, h, 24, rows(w, h, 24), top_down=True)
    def masked(bits, header, *masks):
        return bmp(w, h, bits, rows(w, h, bits), header=header, compression=3, masks=struct.pack(f"<{len(masks)}I", *masks))
    yield "masks-565", masked(16, 40, 0xF800, 0x7E0, 0x1F)
    yield "masks-555", masked(16, 40, 0x7C00, 0x3E0, 0x1F)
    yield "masks-bgrx", masked(32, 40, 0xFF0000, 0xFF00, 0xFF)
    yield "masks-xbgr", masked(32, 52, 0xFF000000, 0xFF0000, 0xFF00)
    yield "masks-bgra", masked(32, 56, 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    yield "masks-rgba-v4", masked(32, 108, 0xFF, 0xFF00, 0xFF0000, 0xFF000000)
    yield "masks-abgr-v5", masked(32, 124, 0xFF000000, 0xFF0000, 0xFF00, 0xFF)
    yield "masks-none", masked(32, 124, 0, 0, 0, 0)
    # Runs, pixels as they are, the end of a row, a jump; rows of 6 pixels.
    runs = bytes([6, 9, 0, 0, 2, 7, 0, 3, 1, 2, 3, 0, 1, 8, 0, 0, 3, 5, 0, 0, 0, 2, 2, 1, 4, 6, 6, 3, 0, 1])
    yield "runs-8", bmp(6, 5, 8, runs, compression=1, palette=colors(256))
    yield "runs-8-grey", bmp(6, 5, 8, runs, compression=1, palette=bytes(v for i in range(256) for v in (i, i, i, 0)))
    runs = bytes([6, 0x12, 0, 0, 3, 0x45, 0, 4, 0x67, 0x89, 0, 0, 5, 0xAB, 0, 0, 6, 0xCD, 6, 0xEF, 0, 1])
    yield "runs-4", bmp(6, 5, 4, runs, compression=2, palette=colors(16))


# ------------------------------------------------------------------------------------------------------------------ TIFF

def tiff(tags, data, order="<", strips=None):
    """A TIFF of uncompressed strips; tags are number: (type, values)."""
    strips = strips or [data]
    offsets, at = [], 8
    for strip in strips:
        offsets.append(at)
        at += len(strip)
    at += at % 2
    tags = {**tags, 273: (4, offsets), 279: (4, [len(s) for s in strips])}
    sizes = {1: "B", 3: "H", 4: "I"}
    entries, extra = b"", b""
    end = at + 2 + 12 * len(tags) + 4
    for number, (kind, numbers) in sorted(tags.items()):
        packed = struct.pack(order + str(len(numbers)) + sizes[kind], *numbers)
        if len(packed) > 4:
            entries += struct.pack(order + "HHII", number, kind, len(numbers), end + len(extra))
            extra += packed + b"\0" * (len(packed) % 2)
        else:
            entries += struct.pack(order + "HHI", number, kind, len(numbers)) + packed.ljust(4, b"\0")
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", at)
    body = head + b"".join(strips)
    return body.ljust(at, b"\0") + struct.pack(order + "H", len(tags)) + entries + b"\0\0\0\0" + extra


def plain(width, height, bits, samples, photometric, data, order="<", **more):
    tags = {256: (4, [width]), 257: (4, [height]), 258: (3, [bits] * samples), 259: (3, [1]), 262: (3, [photometric]),
            277: (3, [samples]), 278: (4, [height])}
    tags.update({int(k[1:]): v for k, v in more.items() if k.startswith("t")})
    return tiff(tags, data, order, more.get("strips"))


def tiffs():
    w, h = 23, 17
    random = numpy.random.default_rng(21)
    for name in ("raw", "tiff_lzw", "tiff_adobe_deflate", "tiff_deflate", "packbits", "lzma", "zstd"):
        yield f"rgb-{name}", saved(picture("RGB"), "TIFF", compression=name)
    yield "rgb-jpeg", saved(picture("RGB", 40, 32), "TIFF", compression="jpeg", quality=80)
    yield "ycbcr-jpeg", saved(picture("RGB", 40, 32).convert("YCbCr"), "TIFF", compression="jpeg", quality=80)
    yield "grey-jpeg", saved(picture("L", 40, 32), "TIFF", compression="jpeg", quality=80)
    yield "cmyk-jpeg", saved(picture("CMYK", 40, 32), "TIFF", compression="jpeg", quality=80)
    yield "rgb-lzw-predicted", saved(picture("RGB"), "TIFF", compression="tiff_lzw", tiffinfo={317: 2})
    yield "rgb-strips", saved(picture("RGB", 40, 64), "TIFF", compression="tiff_lzw", tiffinfo={278: 7})
    yield "rgba", saved(picture("RGBA"), "TIFF", compression="tiff_lzw")
    yield "grey", saved(picture("L"), "TIFF", compression="tiff_lzw")
    yield "grey-alpha", saved(Image.merge("LA", [picture("L"), picture("L", seed=8)]), "TIFF")
    yield "palette", saved(paletted(), "TIFF", compression="tiff_lzw")
    yield "cmyk", saved(picture("CMYK"), "TIFF", compression="tiff_lzw")
    bilevel = picture("L", 70, 21).convert("1")
    for name in ("raw", "tiff_ccitt", "group3", "group4", "packbits"):
        yield f"bilevel-{name}", saved(bilevel, "TIFF", compression=name)
    grey16 = Image.fromarray(values(29, 21, 1, 2, 500)[..., 0].astype("u2"), "I;16")
    yield "grey-16", saved(grey16, "TIFF")
    yield "grey-16-lzw", saved(grey16, "TIFF", compression="tiff_lzw")
    frames = [picture("RGB", seed=s) for s in (5, 6)]
    yield "pages", saved(frames[0], "TIFF", save_all=True, append_images=frames[1:], compression="tiff_lzw")
    for orientation in range(2, 9):
        yield f"orientation-{orientation}", saved(picture("RGB", 7, 5), "TIFF", tiffinfo={274: orientation})
    yield "orientation-6-grey-16", saved(grey16, "TIFF", tiffinfo={274: 6})
    yield "orientation-8-lzw", saved(paletted(), "TIFF", compression="tiff_lzw", tiffinfo={274: 8})
    # What Pillow does not write.
    def noise(count):
        return random.integers(0, 256, count).astype("u1").tobytes()
    for bits in (1, 2, 4, 8):
        row = (w * bits + 7) // 8
        for white in (0, 1):
            yield f"plain-grey-{bits}-{'black' if white else 'white'}", plain(w, h, bits, 1, white, noise(row * h))
        colors = numpy.random.default_rng(bits).integers(0, 65536, 3 * 2**bits).tolist()
        yield f"plain-palette-{bits}", plain(w, h, bits, 1, 3, noise(row * h), t320=(3, colors))
    yield "plain-grey-8-filled-backwards", plain(w, h, 8, 1, 1, noise(w * h), t266=(3, [2]))
    yield "plain-palette-more", plain(
        w, h, 8, 2, 3, noise(2 * w * h), t338=(3, [0]), t320=(3, numpy.random.default_rng(8).integers(0, 65536, 768).tolist()))
    small = values(w, h, 1, 6, 500)[..., 0]
    for order, name in (("<", "little"), (">", "big")):
        yield f"plain-grey-16-{name}", plain(w, h, 16, 1, 1, small.astype(order + "u2").tobytes(), order)
        yield f"plain-rgb-16-{name}", plain(w, h, 16, 3, 2, noise(6 * w * h), order)
        yield f"plain-rgba-16-{name}", plain(w, h, 16, 4, 2, noise(8 * w * h), order, t338=(3, [2]))
        yield f"plain-cmyk-16-{name}", plain(w, h, 16, 4, 5, noise(8 * w * h), order)
        yield f"plain-rgb-8-{name}", plain(w, h, 8, 3, 2, noise(3 * w * h), order)
    yield "plain-grey-16-white-is-zero", plain(w, h, 16, 1, 0, small.astype("<u2").tobytes())
    for extra, name in (([0], "more"), ([1], "multiplied"), ([2], "alpha")):
        yield f"plain-rgb-8-{name}", plain(w, h, 8, 4, 2, noise(4 * w * h), t338=(3, extra))
    yield "plain-rgb-8-unnamed", plain(w, h, 8, 4, 2, noise(4 * w * h))
    yield "plain-rgb-8-two-more", plain(w, h, 8, 5, 2, noise(5 * w * h), t338=(3, [0, 0]))
    yield "plain-rgb-8-alpha-and-more", plain(w, h, 8, 5, 2, noise(5 * w * h), t338=(3, [2, 0]))
    yield "plain-rgb-16-multiplied", plain(w, h, 16, 4, 2, noise(8 * w * h), t338=(3, [1]))
    yield "plain-cmyk-more", plain(w, h, 8, 5, 5, noise(5 * w * h), t338=(3, [0]))
    for samples, photometric, extra, name in ((3, 2, None, "rgb"), (4, 2, [2], "rgba"), (4, 5, None, "cmyk")):
        planes = [noise(w * h) for _ in range(samples)]
        more = {"t338": (3, extra)} if extra else {}
        yield f"planes-{name}", plain(
            w, h, 8, samples, photometric, b"", strips=planes, t284=(3, [2]), **more)
    yield "tiles", tiled(50, 37, 3)


def tiled(width, height, samples, side=16):
    array = numpy.random.default_rng(33).integers(0, 256, (height, width, samples)).astype("u1")
    across, down = -(-width // side), -(-height // side)
    padded = numpy.zeros((down * side, across * side, samples), "u1")
    padded[:height, :width] = array
    tiles = [padded[y * side : y * side + side, x * side : x * side + side].tobytes()
             for y in range(down) for x in range(across)]
    data = plain(width, height, 8, samples, 2, b"", strips=tiles, t322=(4, [side]), t323=(4, [side]))
    # Strips' tags to tiles' (273 → 324, 279 → 325); entries are sorted, as TIFF demands.
    at = struct.unpack_from("<I", data, 4)[0]
    count = struct.unpack_from("<H", data, at)[0]
    entries = [data[at + 2 + 12 * i : at + 14 + 12 * i] for i in range(count)]
    entries = [struct.pack("<H", {273: 324, 279: 325}.get(n, n)) + e[2:] for e in entries
               for n in [struct.unpack("<H", e[:2])[0]] if n != 278]
    entries.sort(key=lambda e: struct.unpack("<H", e[:2])[0])
    table = struct.pack("<H", count - 1) + b"".join(entries) + b"\0\0\0\0"
    return data[:at] + table.ljust(2 + 12 * count + 4, b"\0") + data[at + 2 + 12 * count + 4 :]


# ----------------------------------------------------------------------------------------------------------- CLIP's order

def center_view(image, n):
    """torchvision's Resize(n, BICUBIC) and CenterCrop(n), of a picture in its own mode; then RGB."""
    width, height = image.size
    long = int(n * max(width, height) / min(width, height))
    size = (n, long) if width <= height else (long, n)
    resized = image if size == image.size else image.resize(size, BICUBIC)
    left, top = (int(round((extent - n) / 2.0)) for extent in size)
    return resized.crop((left, top, left + n, top + n)).convert("RGB")


def crop_view(image, n):
    """torchvision's resized_crop of a window inside the picture, of a picture in its own mode; then RGB."""
    width, height = image.size
    left, top, w, h = window = width // 5, height // 4, max(1, width * 3 // 5), max(1, height * 2 // 3)
    cropped = image.crop((left, top, left + w, top + h))
    return window, (cropped if (w, h) == (n, n) else cropped.resize((n, n), BICUBIC)).convert("RGB")


def entry(name, data):
    image = Image.open(io.BytesIO(data))
    mode = image.mode
    image.load()
    rgb = image.convert("RGB")
    views = []
    for n in (5, 24):
        if n * max(image.size) / min(image.size) > 50_000:
            continue
        window, crop = crop_view(image, n)
        views.append(dict(resolution=n, center=digest(center_view(image, n)), window=window, crop=digest(crop)))
    return dict(file=name, mode=mode, size=image.size, digest=digest(rgb), views=views)


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.iterdir():
        old.unlink()
    files = []
    for kind, rows in (("webp", webps()), ("gif", gifs()), ("bmp", bmps()), ("tiff", tiffs())):
        for name, data in rows:
            name = f"{name}.{kind}"
            (OUT / name).write_bytes(data)
            try:
                files.append(entry(name, data))
            except Exception as error:
                raise SystemExit(f"{name}: {error!r}")
    others = [entry(path.name, path.read_bytes()) for path in sorted(OTHERS.glob("*"))
              if path.suffix in (".png", ".jpg")]
    golden = dict(
        madeWith=dict(
            python=platform.python_version(), pillow=Image.__version__, numpy=numpy.__version__,
            **{name: features.version(name) for name in ("webp", "libtiff", "libjpeg_turbo")}),
        files=files, others=others)
    write(golden, OUT / "golden.json")


if __name__ == "__main__":
    main()
