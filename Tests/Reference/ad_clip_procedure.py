"""AD-CLIP as its authors train it, in PyTorch, on the features and block statistics that a store holds: the same science
beside ours. Made with Python 3.11, torch 2.13.0+cpu, numpy 2.4, safetensors 0.8.

    .build/release/spg run Pipelines/desktop-icons-ad-clip.yaml --set "matrix.seed=[1, 2, 3, 4, 5]"      # ours
    python Tests/Reference/ad_clip_procedure.py breeze-symbolic symbolic-breeze > authors.csv             # theirs

Restates the released trainer: every image's prompts padded and encoded by themselves, both sides of a pair whole, PyTorch's
own random numbers, initial weights and orders, Adam and the cosine that moves with every step. Parameters, splits and
statistics are read from the store, where the pipeline's stages have left them, so nothing but chance and code differs. In one
thing it does as we do: the epoch is chosen on the source domain's validation images, not on the target's labels.
Writes one line for each pair and seed: accuracies in percent, and the processor seconds that training and testing took.
"""
import argparse
import csv
import sqlite3
import sys
import time

import numpy as np
import torch

from ad_clip import ROOT, Prompts, icon_clip
from ad_clip_model import Projectors, losses
from authors_procedure import Domain, cosine_rate, parameters


class StyledDomain(Domain):
    """The features of one domain's images with the statistics of the encoder's last blocks."""

    def __init__(self, store, pipeline, name, scales):
        super().__init__(store, pipeline, name)
        last = [row[0] for row in store.execute(
            "SELECT DISTINCT block FROM block_statistics WHERE domain = ? ORDER BY block", (name,))][-scales:]
        self.blocks, half = [], lambda column: torch.from_numpy(
            np.stack([np.frombuffer(by_image[digest][column], "<f2") for digest in self.digests]).astype(np.float32))
        for block in last:
            by_image = {bytes.fromhex(row[0]): row[1:] for row in store.execute(
                "SELECT image_sha256, mean, deviation FROM block_statistics WHERE view = 'center' AND domain = ? AND block = ?",
                (name, block))}
            self.blocks.append((half(0), half(1)))

    def of(self, images):
        return [tuple(part[images] for part in block) for block in self.blocks]


def batches(count, size):
    """Whole batches of a new order, over and over."""
    while True:
        yield from (batch for batch in torch.randperm(count).split(size) if len(batch) == size)


@torch.no_grad()
def accuracy(projectors, prompts, domain, images, own=False):
    """Percent of images that are classified right, each with a prompt of its own."""
    right = 0
    for image in images:
        blocks = domain.of([image])
        source = projectors.domain(blocks) if own else projectors.mapped(blocks)
        context = torch.cat([source, projectors.domain(blocks), projectors.image(blocks)], 1)[0]
        right += (domain.features[image] @ prompts(context).T).argmax().item() == domain.labels[image]
    return 100 * right / len(images)


def train(source, target, prompts, scale, p):
    """Projectors of the epoch that is best on the source's validation images."""
    training, validation = source.split(p["splitSeed"], p["trainFraction"])
    widths = [block[0].shape[1] for block in source.blocks]
    projectors = Projectors(
        widths, prompts.prefix.shape[2], p["hiddenWidth"], p["styleHiddenWidth"], p["imageTokens"], p["ownMixtures"])
    optimizer = torch.optim.Adam(projectors.parameters(), lr=p["learningRate"], weight_decay=p["weightDecay"])
    labels, training = torch.tensor(source.labels), torch.tensor(training)
    steps, size, taken = p["stepsPerEpoch"] or len(training) // p["batchSize"], p["batchSize"], 0
    best, kept = -1, None
    for epoch in range(p["epochs"]):
        of_source, of_target = batches(len(training), size), batches(len(target.features), size)
        for _ in range(steps):
            for group in optimizer.param_groups:
                group["lr"] = cosine_rate(
                    p["learningRate"], taken if p["pace"] == "step" else epoch, p["epochs"], p["warmUp"],
                    p["warmUpLearningRate"], True)
            own, others = training[next(of_source)], next(of_target)
            loss = losses(projectors, prompts, scale, source.features[own], source.of(own), labels[own],
                          target.features[others], target.of(others))[0]
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            taken += 1
        if (epoch + 1) % p["validateEvery"] == 0 or epoch + 1 == p["epochs"]:
            reached = accuracy(projectors, prompts, source, validation)
            if reached > best:
                best, kept = reached, {name: tensor.clone() for name, tensor in projectors.state_dict().items()}
    projectors.load_state_dict(kept)
    return projectors, best


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("pairs", nargs="+", help="such as breeze-symbolic: source and target")
    arguments.add_argument("--store", default=ROOT / "Cache/artifacts.sqlite")
    arguments.add_argument("--pipeline", default="desktop-icons-ad-clip")
    arguments.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    options = arguments.parse_args()
    torch.set_num_threads(1)
    store = sqlite3.connect(f"file:{options.store}?mode=ro", uri=True)
    p = parameters(store, options.pipeline, "projectors")
    scales = p["scales"] or len(store.execute("SELECT DISTINCT block FROM block_statistics").fetchall())
    names = sorted({name for pair in options.pairs for name in pair.split("-")})
    domains = {name: StyledDomain(store, options.pipeline, name, scales) for name in names}
    classes = sorted({name for domain in domains.values() for name in domain.names}, key=str.encode)
    for domain in domains.values():
        domain.labels = [classes.index(name) for name in domain.names]
    clip, tokenizer = icon_clip()
    prompts = Prompts(clip, tokenizer, classes, 2 * scales + p["imageTokens"])

    lines = csv.writer(sys.stdout)
    lines.writerow(["source", "target", "seed", "mapped", "own", "validation", "seconds of training", "of testing"])
    for pair in options.pairs:
        source, target = (domains[name] for name in pair.split("-"))
        for seed in options.seeds:
            torch.manual_seed(seed)
            start = time.process_time()
            projectors, validation = train(source, target, prompts, clip.logit_scale.exp(), p)
            trained = time.process_time()
            everything = range(len(target.labels))
            mapped = accuracy(projectors, prompts, target, everything)
            tested = time.process_time()
            own = accuracy(projectors, prompts, target, everything, own=True)
            lines.writerow([source.name, target.name, seed, f"{mapped:.2f}", f"{own:.2f}", f"{validation:.2f}",
                            f"{trained - start:.1f}", f"{tested - trained:.1f}"])
            sys.stdout.flush()


if __name__ == "__main__":
    main()
