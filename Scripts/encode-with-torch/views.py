"""What is encoded of a picture: its center, and random parts of it; the same pixels as `spg-extract` makes, to the bit.

Pictures are decoded and resized by Pillow. A picture is resized in two steps, along one axis each, in an order that is ours:
Pillow 12 and 13 choose different ones for tall pictures, and round to 8 bits between the two.
"""

import hashlib
import io
import math
import warnings

import numpy as np
from PIL import Image

from random_stream import RandomStream

FORMATS = ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"]
ORDERS = ["dassl", "clip"]
SCALE, RATIO, FLIP = (0.08, 1), (3 / 4, 4 / 3), 0.5

# Of pictures that are large, or have a transparent palette: they are read as spg reads them. Pictures that are too large for spg
# are errors to Pillow, too.
warnings.filterwarnings("ignore", module="PIL")


class Changed(Exception):
    """A file's bytes are not those that are listed."""


def names(count):
    """The names of an image's views: the center, then the augmented ones."""
    return ["center"] + [f"augmented:crop-flip:{number}" for number in range(count)]


def squares(path, sha256, views, resolution, order="dassl"):
    """The views of an image's file, [views, resolution, resolution, 3], bytes.

    Which part a random view shows depends on the file's bytes and the view's name alone.
    """
    data = path.read_bytes()
    digest = hashlib.sha256(data).digest()
    if digest.hex() != sha256:
        raise Changed(f"its SHA-256 is {digest.hex()}, and the table of images has {sha256}; list the images again")
    with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
        picture.load()
        picture = picture if order == "clip" else picture.convert("RGB")
        return np.stack([np.asarray(square(picture, view, digest, resolution)) for view in views])


def square(picture, view, digest, resolution):
    """A view of a picture in any colours, in RGB."""
    if view == "center":
        return center(picture, resolution).convert("RGB")
    stream = RandomStream.of_image(digest, view)
    left, top, width, height = window(*picture.size, stream.uniform_double)
    part = resized(picture.crop((left, top, left + width, top + height)), resolution, resolution).convert("RGB")
    return part.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if stream.uniform_double() < FLIP else part


def center(picture, resolution):
    """The short side becomes the resolution, then the middle is cropped: torchvision's Resize and CenterCrop."""
    width, height = picture.size
    long = int(resolution * max(width, height) / min(width, height))
    width, height = (resolution, long) if width <= height else (long, resolution)
    left, top = round((width - resolution) / 2), round((height - resolution) / 2)
    return resized(picture, width, height).crop((left, top, left + resolution, top + resolution))


def window(width, height, uniform):
    """The part of a picture that a random view shows, as torchvision's RandomResizedCrop chooses it: left, top, width, height."""
    low, high = math.log(RATIO[0]), math.log(RATIO[1])
    for _ in range(10):
        area = width * height * (SCALE[0] + uniform() * (SCALE[1] - SCALE[0]))
        ratio = math.exp(low + uniform() * (high - low))
        w, h = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
        if 0 < w <= width and 0 < h <= height:
            top = int(uniform() * (height - h + 1))
            return int(uniform() * (width - w + 1)), top, w, h
    w, h = width, height
    if w / h < RATIO[0]:
        h = min(h, max(1, round(w / RATIO[0])))
    elif w / h > RATIO[1]:
        w = min(w, max(1, round(h * RATIO[1])))
    return (width - w) // 2, (height - h) // 2, w, h


def resized(picture, width, height):
    """Pillow's bicubic resize: horizontally, then vertically; the other way round where a very tall picture loses height."""
    if picture.mode in ("1", "P"):
        return picture.resize((width, height), Image.Resampling.NEAREST)
    weighted = {"LA": "La", "RGBA": "RGBa"}.get(picture.mode)
    is_tall = picture.height > 100 * picture.width and height < picture.height
    first = (picture.width, height) if is_tall else (width, picture.height)
    result = picture.convert(weighted) if weighted and (width, height) != picture.size else picture
    for size in (first, (width, height)):
        if size != result.size:
            result = result.resize(size, Image.Resampling.BICUBIC)
    return result.convert(picture.mode) if result.mode != picture.mode else result
