"""Encodes images by CLIP with PyTorch, on a GPU or not, into shards of features that `spg import features` takes.

    spg data images PACS Data/PACS > images.csv
    python3 Scripts/encode-with-torch --data Data/PACS --images images.csv --checkpoint Models/ViT-B-16 --views 4 -o features
    spg import features features --data Data/PACS --dataset PACS --checkpoint Models/ViT-B-16

Pixels and random crops are those of spg-extract, to the bit. A run that is stopped goes on with the images it lacks. Several
runs may share the work, as an array of jobs: --part 1/8, --part 2/8, … with the same folder.
"""

import argparse
import csv
import math
import os
import platform
import sys
import time
from pathlib import Path

import numpy as np
import PIL
import torch

import views
from checkpoint import BadCheckpoint, Checkpoint
from encoder import PRECISIONS, Encoder
from images import BadTable, batches, listed
from shards import OtherFeatures, Shards

# Raised where features become other ones.
VERSION = 1
WRONG_COMMAND_LINE, BAD_INPUT, FAILED = 64, 65, 74


class NotFinite(Exception):
    """Features that no number can be made of."""


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.print_usage(sys.stderr)
        self.exit(WRONG_COMMAND_LINE, f"error: {message}\n")


def part(text):
    number, _, count = text.partition("/")
    if not (number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
        raise argparse.ArgumentTypeError(f"“{text}” is not a part such as 1/8")
    return int(number), int(count)


def whole(lowest, highest):
    def number(text):
        if not text.isdecimal() or not lowest <= int(text) <= highest:
            raise argparse.ArgumentTypeError(f"“{text}” is not a whole number from {lowest} to {highest}")
        return int(text)
    return number


def arguments():
    cores = len(os.sched_getaffinity(0))
    parser = Parser(
        prog="encode-with-torch", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="dir", help="the data set's folder")
    parser.add_argument(
        "--images", type=Path, required=True, metavar="csv", help="which images; written by spg data images")
    parser.add_argument("--checkpoint", required=True, metavar="path", help="the CLIP checkpoint, as spg-extract takes it")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="dir", help="where the shards go")
    parser.add_argument(
        "--views", type=whole(0, 1000), default=0, metavar="n", help="random crops of each image besides its center; 0")
    parser.add_argument(
        "--preprocessing", choices=views.ORDERS, default=views.ORDERS[0],
        help="convert to RGB before resizing (dassl, the default) or after it (clip)")
    parser.add_argument(
        "--device", default="cuda" if torch.cuda.is_available() else "cpu", metavar="name",
        help="cpu, cuda, cuda:1, …; by default, cuda where there is one")
    parser.add_argument(
        "--precision", choices=PRECISIONS, default=PRECISIONS[0],
        help="float32 (the default), or fewer bits: these are other features, and are called so")
    parser.add_argument(
        "--unread", type=Path, metavar="csv", help="where to write which images could not be read, and why")
    parser.add_argument("--part", type=part, default=(1, 1), metavar="i/n", help="encode the i-th of n parts; 1/1")
    parser.add_argument(
        "--shard-size", type=whole(1, 100_000), default=4096, metavar="n", help="images in a shard; 4096")
    parser.add_argument(
        "--batch-size", type=whole(1, 100_000), default=256, metavar="n", help="views encoded at a time, about; 256")
    parser.add_argument(
        "--workers", type=whole(0, 1024), metavar="n",
        help=f"processes that decode pictures; here {cores} with a GPU, and none without")
    options = parser.parse_args()
    try:
        device = torch.device(options.device)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        parser.error(f"--device {options.device}: {str(error).splitlines()[0]}")
    if options.precision == "tf32" and device.type != "cuda":
        parser.error("--precision tf32 is one of NVIDIA's processors; give float32, bf16 or fp16")
    if options.workers is None:
        options.workers = 0 if device.type == "cpu" else cores
    return options


def settings(options, checkpoint, encoder):
    """All that decides features, as far as it is anyone's choice: what is recorded in each shard."""
    name = f"torch-{options.precision}" + ("" if options.preprocessing == views.ORDERS[0] else f"-{options.preprocessing}")
    return {
        "encoder": name, "version": VERSION, "weights": " ".join(checkpoint.digests), "precision": options.precision,
        "preprocessing": options.preprocessing, "resolution": encoder.resolution, "mean": list(encoder.mean),
        "deviation": list(encoder.deviation), "views": views.names(options.views),
    }


def versions(encoder):
    """What made a shard, for people."""
    device = torch.cuda.get_device_name(encoder.device) if encoder.device.type == "cuda" else platform.machine()
    libraries = {name: sys.modules[name].__version__ for name in ("transformers", "open_clip") if name in sys.modules}
    return {"torch": torch.__version__, "pillow": PIL.__version__, "numpy": np.__version__, "device": device} | libraries


def encode(options):
    """Encodes what is missing of the part, shard by shard."""
    images = listed(options.images)
    checkpoint = Checkpoint(options.checkpoint)
    encoder = Encoder(checkpoint, options.device, options.precision)
    number, count = options.part
    shards = Shards(
        options.output, settings(options, checkpoint, encoder), versions(encoder), f"{number}-of-{count}")
    done = shards.finished()
    # Which part an image is in does not depend on what is done: parts that run at the same time share no image.
    pieces = [images[first:first + options.shard_size] for first in range(0, len(images), options.shard_size)]
    pieces = [[image for image in piece if image.sha256 not in done] for piece in pieces[number - 1::count]]
    pieces = [piece for piece in pieces if piece]
    total, looked, bad, start = sum(map(len, pieces)), 0, [], time.monotonic()
    if not total:
        print("nothing to encode: all images are there", file=sys.stderr)
    names = views.names(options.views)
    size, is_pinned = math.ceil(options.batch_size / len(names)), encoder.device.type == "cuda"
    for batch in batches(
        pieces, size, options.workers, is_pinned, root=options.data, names=names, resolution=encoder.resolution,
        order=options.preprocessing,
    ):
        read, problems = encode_shard(batch, len(names), encoder, shards)
        looked += read + len(problems)
        bad += problems
        print(f"{looked:,} of {total:,} images, {looked / (time.monotonic() - start):,.0f}/s", file=sys.stderr)
    for problem in bad[:20]:
        print(f"error: {options.data / problem.image.path}: {problem.reason}", file=sys.stderr)
    if options.unread:
        with open(options.unread, "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(
                [("path", "kind", "reason"), *((problem.image.path, problem.kind, problem.reason) for problem in bad)])
    return fail(BAD_INPUT, f"{len(bad)} of {total} images could not be read; all others are done") if bad else 0


def encode_shard(batches, views, encoder, shards):
    """Encodes the images of some batches and writes them: how many, and what is wrong with the others."""
    read, features, norms, bad = [], [], [], []
    for images, pixels, problems in batches:
        bad += problems
        if images:
            vectors, lengths = encoder(pixels)
            read += images
            features.append(vectors.reshape(len(images), views, -1))
            norms.append(lengths.reshape(len(images), views))
    if read:
        features, norms = np.concatenate(features), np.concatenate(norms)
        wrong = ~(np.isfinite(features).all(axis=(1, 2)) & np.isfinite(norms).all(axis=1))
        if wrong.any():
            raise NotFinite(f"the features of {read[int(wrong.argmax())].path} are not finite numbers")
        shards.write(read, features, norms)
    return len(read), bad


def fail(status, message):
    print(f"error: {message}", file=sys.stderr)
    return status


def main():
    options = arguments()
    try:
        return encode(options)
    except (BadCheckpoint, BadTable, NotFinite, OtherFeatures, FileNotFoundError, UnicodeDecodeError) as error:
        return fail(BAD_INPUT, error)
    except torch.OutOfMemoryError:
        return fail(FAILED, f"the device has no memory for {options.batch_size} views; give a smaller --batch-size")
    except OSError as error:
        return fail(FAILED, error)
    except RuntimeError as error:
        if "DataLoader worker" not in str(error):
            raise
        return fail(FAILED, f"a process that decodes pictures has ended: {error}; give fewer --workers")
    except KeyboardInterrupt:
        return fail(130, "interrupted; the same command goes on after the last shard")


if __name__ == "__main__":
    sys.exit(main())
