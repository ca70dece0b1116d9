"""The images to encode, of a table that `spg data images` writes, and their pixels."""

import csv
from typing import NamedTuple

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

import views


class BadTable(Exception):
    """A table of images that cannot be used, and why."""


class Image(NamedTuple):
    path: str
    sha256: str


def listed(file):
    """The images of a table with the columns path and sha256; of files with the same bytes the first."""
    with open(file, newline="", encoding="utf-8") as text:
        table = csv.DictReader(text)
        if not {"path", "sha256"} <= set(table.fieldnames or []):
            raise BadTable(f"{file} has no columns “path” and “sha256”; make it by: spg data images NAME FOLDER > {file}")
        images = {}
        for row in table:
            images.setdefault(row["sha256"].lower(), Image(row["path"], row["sha256"].lower()))
    if not images:
        raise BadTable(f"{file} lists no images")
    return list(images.values())


class Problem(NamedTuple):
    """Why an image could not be read."""

    image: Image
    kind: str  # changed, or unreadable
    reason: str


class Squares(Dataset):
    """The views of each image, or what is wrong with it."""

    def __init__(self, images, root, names, resolution, order):
        self.images, self.root, self.names, self.resolution, self.order = images, root, names, resolution, order

    def __len__(self):
        return len(self.images)

    def __getitem__(self, row):
        image = self.images[row]
        try:
            return image, views.squares(self.root / image.path, image.sha256, self.names, self.resolution, self.order)
        except Exception as error:  # Pillow's decoders throw errors of many kinds; each is of this image alone.
            kind = "changed" if isinstance(error, views.Changed) else "unreadable"
            return image, Problem(image, kind, str(error))


def joined(items):
    """The images of a batch that could be read, their pixels [views of all, resolution, resolution, 3], and what is wrong with
    the others.
    """
    good = [(image, squares) for image, squares in items if not isinstance(squares, Problem)]
    pixels = torch.from_numpy(np.concatenate([squares for _, squares in good])) if good else None
    return [image for image, _ in good], pixels, [problem for _, problem in items if isinstance(problem, Problem)]


def batches(pieces, size, workers, is_pinned, **squares):
    """The batches of each piece of the images, read ahead across pieces by processes of their own.

    size: images in a batch.
    """
    if not pieces:
        return
    images = [image for piece in pieces for image in piece]
    rows, counts, first = [], [], 0
    for piece in pieces:
        own = [list(range(at, min(at + size, first + len(piece)))) for at in range(first, first + len(piece), size)]
        rows += own
        counts.append(len(own))
        first += len(piece)
    loader = iter(DataLoader(
        Squares(images, **squares), batch_sampler=rows, num_workers=workers, collate_fn=joined, pin_memory=is_pinned))
    for count in counts:
        yield (next(loader) for _ in range(count))
