"""SPG as its authors train and test it, in PyTorch, on the features that a store holds: the same science beside ours.
Made with Python 3.11, torch 2.13.0+cpu, numpy 2.4, safetensors 0.8.

    .build/release/spg run Pipelines/desktop-icons.yaml --set "matrix.seed=[1, 2, 3, 4, 5]"       # ours
    python Tests/Reference/authors_procedure.py > authors.csv     # theirs; some 40 minutes on two cores

Restates the released trainers (stage I, the conditional GAN, the test with one generated prompt for each image): prompts padded
to the context length and encoded class by class, PyTorch's own random numbers, initial weights and orders. Parameters, splits
and image features are read from the store, where the pipeline's stages have left them; so nothing but chance and code differs.
Writes one line for each target and seed: accuracies in percent, and the processor seconds that training and testing took.
"""
import argparse
import csv
import hashlib
import json
import math
import sqlite3
import struct
import sys
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Scripts/icon-clip"))
from bpe import Tokenizer  # noqa: E402
from model import CLIP, SHAPE  # noqa: E402


# What the store holds

class Domain:
    """The features of one domain's images, unit length, with their classes and the images' digests."""

    def __init__(self, store, pipeline, name):
        rows = store.execute(
            """SELECT image_sha256, label, vector FROM embeddings
               WHERE view = 'center' AND domain = ? AND encoder IN
                   (SELECT name || '@' || substr(key, 1, 12) FROM encoders WHERE key IN
                       (SELECT parameters ->> 'encoder' FROM artifacts JOIN pipelines USING (key)
                        WHERE pipeline = ? AND stage = 'features'))""", (name, pipeline)).fetchall()
        self.name, self.digests = name, [bytes.fromhex(row[0]) for row in rows]
        self.names = [row[1] for row in rows]
        self.features = torch.from_numpy(np.stack([np.frombuffer(row[2], "<f4") for row in rows]))

    def split(self, seed, fraction):
        """Per class, the images in the order of a hash of the seed and their bytes; the first ones train (Docs/methods.md)."""
        rank = [hashlib.sha256(b"split" + struct.pack("<Q", seed) + digest).digest() for digest in self.digests]
        train = []
        for label in sorted(set(self.labels)):
            members = sorted({(rank[i], self.digests[i]) for i in range(len(rank)) if self.labels[i] == label})
            wanted = math.floor(fraction * len(members) + 0.5)
            count = 1 if len(members) == 1 else min(max(wanted, 1), len(members) - 1)
            chosen = {digest for _, digest in members[:count]}
            train += [i for i in range(len(rank)) if self.labels[i] == label and self.digests[i] in chosen]
        return sorted(train), sorted(set(range(len(rank))) - set(train))


def parameters(store, pipeline, stage):
    return json.loads(store.execute(
        "SELECT parameters FROM artifacts JOIN pipelines USING (key) WHERE pipeline = ? AND stage = ? LIMIT 1",
        (pipeline, stage)).fetchone()[0])


# The text side

class Prompts(nn.Module):
    """Class prompts around context vectors, each class's padded to the context length, as CoOp encodes them."""

    def __init__(self, clip, tokenizer, classes, context, length):
        super().__init__()
        words = context if context else " ".join(["X"] * length)
        texts = [f"{words} {name.replace('_', ' ')}." for name in classes]
        self.clip, self.tokens = clip, torch.tensor([tokenizer.encode(t, SHAPE["context_length"]) for t in texts])
        embedded = clip.token_embedding(self.tokens).detach()
        self.prefix, self.suffix = embedded[:, :1], embedded[:, 1 + length:]
        self.start = embedded[0, 1:1 + length].clone()

    def forward(self, context):
        """[length, width] → unit text features [classes, dimension]."""
        context = context.expand(len(self.tokens), -1, -1)
        x = torch.cat([self.prefix, context, self.suffix], 1) + self.clip.positional_embedding
        x = self.clip.ln_final(self.clip.transformer(x))
        x = x[torch.arange(len(x)), self.tokens.argmax(1)] @ self.clip.text_projection
        return x / x.norm(dim=-1, keepdim=True)


def cosine_rate(base, epoch, epochs, warm_up, warm_up_rate, is_linear):
    """The rate of an epoch: a warm-up, constant or linear, then a cosine."""
    if epoch < warm_up:
        return warm_up_rate if not is_linear or epoch == 0 else base * epoch / warm_up
    return base * (1 + math.cos(math.pi * (epoch - warm_up) / epochs)) / 2


# Stage I

def fit(prompts, scale, domain, p):
    """The prompt of one domain, of the epoch that is best on its validation images."""
    train, validation = domain.split(p["splitSeed"], p["trainFraction"])
    labels = torch.tensor(domain.labels)
    context = nn.Parameter(prompts.start.clone())
    optimizer = torch.optim.SGD([context], lr=p["learningRate"], momentum=p["momentum"], weight_decay=p["weightDecay"])
    best, kept = -1, None
    for epoch in range(p["epochs"]):
        for group in optimizer.param_groups:
            group["lr"] = cosine_rate(
                p["learningRate"], epoch, p["epochs"], p["warmUpEpochs"], p["warmUpLearningRate"], False)
        order = torch.tensor(train)[torch.randperm(len(train))]
        for batch in order.split(p["batchSize"]):
            if len(batch) < p["batchSize"]:
                break
            loss = F.cross_entropy(scale * domain.features[batch] @ prompts(context).T, labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            predicted = (domain.features[validation] @ prompts(context).T).argmax(1)
        correct = (predicted == labels[validation]).sum().item()
        if correct > best:
            best, kept = correct, context.detach().clone()
    return kept


# Stage II

def generator(latent, features, outputs):
    sizes, layers = [latent + features, 128, 256, 512, 1024], []
    for i in range(4):
        layers.append(nn.Linear(sizes[i], sizes[i + 1]))
        if i:
            layers.append(nn.BatchNorm1d(sizes[i + 1], 0.8))
        layers.append(nn.LeakyReLU(0.2, inplace=True))
    return nn.Sequential(*layers, nn.Linear(sizes[4], outputs), nn.Tanh())


def discriminator(features, inputs):
    layers = [nn.Linear(inputs + features, 512), nn.LeakyReLU(0.2, inplace=True)]
    for _ in range(2):
        layers += [nn.Linear(512, 512), nn.Dropout(0.4), nn.LeakyReLU(0.2, inplace=True)]
    return nn.Sequential(*layers, nn.Linear(512, 1))


def he(network):
    for module in network.modules():
        if isinstance(module, nn.Linear):
            nn.init.kaiming_uniform_(module.weight, mode="fan_in", nonlinearity="leaky_relu")
    return network


def clip_each(network, limit):
    for name, parameter in network.named_parameters():
        nn.utils.clip_grad_norm_([parameter], limit(name))


class GAN:
    def __init__(self, labels, features, p):
        self.labels, self.p = labels.flatten(1), p
        self.g = he(generator(p["latentDimension"], features, self.labels.shape[1]))
        self.d = he(discriminator(features, self.labels.shape[1]))
        adam = lambda network: torch.optim.AdamW(network.parameters(), lr=p["learningRate"], weight_decay=p["weightDecay"])
        self.of_g, self.of_d = adam(self.g), adam(self.d)

    def write(self, features):
        return self.g(torch.cat([torch.randn(len(features), self.p["latentDimension"]), features], 1))

    def step(self, real, domains, fake):
        p, ones = self.p, torch.ones(len(real), 1)
        self.of_d.zero_grad()
        F.mse_loss(self.d(torch.cat([self.labels[domains], real], 1)), ones).backward()
        written = self.write(fake)
        F.mse_loss(self.d(torch.cat([written.detach(), fake], 1)), torch.zeros(len(fake), 1)).backward()
        if p["clip"]:
            clip_each(self.d, lambda n: p["clipDiscriminatorEnds"] if n[:2] in ("0.", "8.") else
                      p["clipDiscriminatorWeights" if "weight" in n else "clipDiscriminatorBiases"])
        self.of_d.step()
        self.of_g.zero_grad()
        F.mse_loss(self.d(torch.cat([written, fake], 1)), ones).backward()
        if p["clip"]:
            clip_each(self.g, lambda n: p["clipGeneratorWeights"] if "weight" in n else
                      p["clipGeneratorEnds" if n in ("9.bias", "11.bias") else "clipGeneratorBiases"])
        self.of_g.step()


@torch.no_grad()
def accuracy(gan, prompts, features, labels):
    """Percent of images that are classified right, each with a prompt of its own, one after the other."""
    gan.g.eval()
    length, right = len(prompts.start), 0
    for feature, label in zip(features, labels):
        context = gan.write(feature[None]).view(length, -1)
        right += (feature @ prompts(context).T).argmax().item() == label
    return 100 * right / len(labels)


def train(sources, labels, prompts, p):
    """A generator taught by the sources' prompts, of the epoch that is best on their validation images."""
    splits = [domain.split(p["splitSeed"], p["trainFraction"]) for domain in sources]
    gather = lambda part: torch.cat([d.features[s[part]] for d, s in zip(sources, splits)])
    features, validation = gather(0), gather(1)
    domains = torch.cat([torch.full((len(s[0]),), i) for i, s in enumerate(splits)])
    truth = [d.labels[i] for d, s in zip(sources, splits) for i in s[1]]
    gan, size = GAN(labels, features.shape[1], p), p["batchSize"]
    best, kept = -1, None
    for epoch in range(p["epochs"]):
        for optimizer in (gan.of_g, gan.of_d):
            for group in optimizer.param_groups:
                group["lr"] = cosine_rate(
                    p["learningRate"], epoch, p["epochs"], p["warmUpEpochs"], p["warmUpLearningRate"], True)
        gan.g.train()
        gan.d.train()
        batches = []
        for _ in range(p["stepsPerEpoch"] or len(features) // size):
            if not batches:
                batches = [b for b in torch.randperm(len(features)).split(size) if len(b) == size]
            real, fake = batches.pop(0), torch.randperm(len(features))[:size]
            gan.step(features[real], domains[real], features[fake])
        if (epoch + 1) % p["validateEvery"] == 0 or epoch + 1 == p["epochs"]:
            reached = accuracy(gan, prompts, validation, truth)
            if reached > best:
                best, kept = reached, {name: tensor.clone() for name, tensor in gan.g.state_dict().items()}
    gan.g.load_state_dict(kept)
    return gan


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--store", default=ROOT / "Cache/artifacts.sqlite")
    arguments.add_argument("--pipeline", default="desktop-icons")
    arguments.add_argument("--seeds", type=int, default=5)
    options = arguments.parse_args()
    store = sqlite3.connect(f"file:{options.store}?mode=ro", uri=True)
    domains = [Domain(store, options.pipeline, row[0]) for row in store.execute(
        "SELECT DISTINCT cell ->> 'target' FROM pipelines WHERE pipeline = ? AND stage = 'spg' ORDER BY 1", (options.pipeline,))]
    classes = sorted({name for domain in domains for name in domain.names}, key=str.encode)
    for domain in domains:
        domain.labels = [classes.index(name) for name in domain.names]
    of_prompts, of_generator = (parameters(store, options.pipeline, stage) for stage in ("prompts", "generator"))

    weights = {name: t.float() for name, t in load_file(ROOT / "Models/icon-clip/icon-clip.safetensors").items()}
    clip = CLIP(weights["token_embedding.weight"].shape[0], **SHAPE)
    clip.load_state_dict(weights)
    clip.eval().requires_grad_(False)
    tokenizer = Tokenizer.read(ROOT / "Models/icon-clip/merges.txt")
    prompts = Prompts(clip, tokenizer, classes, of_prompts["context"], of_prompts["contextLength"])

    lines = csv.writer(sys.stdout)
    lines.writerow(["target", "seed", "domain prompts", "spg", "processor seconds of stage I", "of stage II", "of testing"])
    for seed in range(1, options.seeds + 1):
        labels, seconds = {}, 0
        for domain in domains:
            torch.manual_seed(seed)
            start = time.process_time()
            labels[domain.name] = fit(prompts, clip.logit_scale.exp(), domain, of_prompts)
            seconds += time.process_time() - start
        for target in domains:
            torch.manual_seed(seed)
            sources = [domain for domain in domains if domain is not target]
            start = time.process_time()
            gan = train(sources, torch.stack([labels[d.name] for d in sources]), prompts, of_generator)
            trained = time.process_time()
            reached = accuracy(gan, prompts, target.features, target.labels)
            tested = time.process_time()
            with torch.no_grad():
                average = torch.stack([labels[d.name] for d in sources]).mean(0)
                right = (target.features @ prompts(average).T).argmax(1) == torch.tensor(target.labels)
            lines.writerow([target.name, seed, f"{100 * right.float().mean():.2f}", f"{reached:.2f}", f"{seconds:.1f}",
                            f"{trained - start:.1f}", f"{tested - trained:.1f}"])
            sys.stdout.flush()


if __name__ == "__main__":
    main()
