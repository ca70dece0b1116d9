"""Prints Tests/Fixtures/baselines.json: training steps of CoOp (in every form), KgCoOp, CoCoOp, DPL and DAPL, and the learning rates of
Dassl's schedule. Made with Python 3.11, torch 2.13.0+cpu, numpy 2.4.

    python Tests/Reference/baselines.py > Tests/Fixtures/baselines.json

Restates what the released trainers of each method compute, over padded prompts, with a text encoder by formula (that of
Tests/Support/TinyCLIP.swift, for texts of 48 tokens) and numbers that Swift draws from the same addresses.
"""
import json
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from clip_model import Transformer, numbers, weight
from random_stream import normal, uniform

CONTEXT, WIDTH, FEATURES, SEED, SCALE = 48, 64, 32, 7, float(np.exp(np.float32(3)))
CLASSES = ["bars", "checks", "rings", "bars_and_rings"]
merges = (Path(__file__).parent.parent / "Fixtures/clip/merges.txt").read_text().splitlines()[1:]


class Tokenizer:
    """Byte pairs of lower-case words and signs."""

    def __init__(self):
        printable = list(range(0x21, 0x7F)) + list(range(0xA1, 0xAD)) + list(range(0xAE, 0x100))
        others = [b for b in range(256) if b not in printable]
        letters = [chr(b) for b in printable] + [chr(0x100 + i) for i in range(len(others))]
        pairs = [tuple(line.split()) for line in merges]
        vocabulary = letters + [letter + "</w>" for letter in letters] + ["".join(p) for p in pairs]
        self.number = {s: i for i, s in enumerate(vocabulary)}
        self.rank = {p: i for i, p in enumerate(pairs)}
        self.start, self.end = len(vocabulary), len(vocabulary) + 1

    def word(self, word):
        symbols = list(word[:-1]) + [word[-1] + "</w>"]
        while len(symbols) > 1:
            pair = min(zip(symbols, symbols[1:]), key=lambda p: self.rank.get(p, 1 << 30))
            if pair not in self.rank:
                break
            joined, i = [], 0
            while i < len(symbols):
                if tuple(symbols[i:i + 2]) == pair:
                    joined.append("".join(pair))
                    i += 2
                else:
                    joined.append(symbols[i])
                    i += 1
            symbols = joined
        return [self.number[s] for s in symbols]

    def encode(self, text):
        import re
        return [t for w in re.findall(r"[a-z]+|[0-9]|[^\sa-z0-9]+", text.lower()) for t in self.word(w)]


tokenizer = Tokenizer()


def spoken(name):
    return name.replace("_", " ")


class TextEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.transformer = Transformer(WIDTH, 2)
        for name, parameter in self.transformer.named_parameters():
            parameter.data = weight("transformer." + name, list(parameter.shape))
            parameter.requires_grad_(False)
        self.embedding = weight("token_embedding.weight", [tokenizer.end + 1, WIDTH])
        self.position = weight("positional_embedding", [CONTEXT, WIDTH])
        self.gain, self.bias = weight("ln_final.weight", [WIDTH]), weight("ln_final.bias", [WIDTH])
        self.projection = weight("text_projection", [WIDTH, FEATURES])
        self.mask = torch.full((CONTEXT, CONTEXT), float("-inf")).triu(1)

    def prompts(self, names, contexts, position="end", ending="."):
        """Unit text features. contexts: [M, width] for all classes or [classes, M, width]."""
        rows, ends = [], []
        for c, name in enumerate(names):
            v = contexts if contexts.dim() == 2 else contexts[c]
            place = {"end": len(v), "middle": len(v) // 2, "front": 0}[position]
            row = torch.cat([
                self.embedding[[tokenizer.start]], v[:place], self.embedding[tokenizer.encode(spoken(name))], v[place:],
                self.embedding[tokenizer.encode(ending) + [tokenizer.end]]])
            ends.append(len(row) - 1)
            rows.append(torch.cat([row, self.embedding[[0]].expand(CONTEXT - len(row), -1)]))
        return self.encode(torch.stack(rows), ends)

    def encode(self, x, ends):
        x = self.transformer(x + self.position, self.mask)[0]
        x = F.layer_norm(x, (WIDTH,), self.gain, self.bias)[torch.arange(len(ends)), torch.tensor(ends)] @ self.projection
        return x / x.norm(dim=-1, keepdim=True)

    def plain(self, template, names):
        rows, ends = [], []
        for name in names:
            tokens = [tokenizer.start] + tokenizer.encode(template.replace("{}", spoken(name))) + [tokenizer.end]
            ends.append(len(tokens) - 1)
            rows.append(self.embedding[tokens + [0] * (CONTEXT - len(tokens))])
        return self.encode(torch.stack(rows), ends)


text = TextEncoder()


def batch(purpose, step, count):
    x = torch.from_numpy(2 * uniform(SEED, purpose, step, shape=[count, FEATURES]) - 1)
    return x / x.norm(dim=-1, keepdim=True)


def norms(step, count):
    """How long features are as an encoder puts them out."""
    return torch.from_numpy(8 + 4 * uniform(SEED, "norms", step, shape=[count]))


def labels(count):
    return torch.tensor([(3 * i + 1) % len(CLASSES) for i in range(count)])


def summary(x):
    flat = x.detach().double().reshape(-1)
    return [flat.norm().item(), flat.sum().item()] + [flat[(i * 7919) % len(flat)].item() for i in range(6)]


def steps(parameters, loss, learning_rate, momentum, weight_decay, count=2):
    """Loss, gradients and new values of some steps of gradient descent."""
    optimizer = torch.optim.SGD(parameters, lr=learning_rate, momentum=momentum, weight_decay=weight_decay)
    result = []
    for step in range(count):
        optimizer.zero_grad()
        value = loss(step)
        value.backward()
        gradients = [summary(p.grad) for p in parameters]
        optimizer.step()
        result.append({"loss": value.item(), "gradients": gradients, "values": [summary(p) for p in parameters]})
    return result


def coop(words, length, position, specific, knowledge=None):
    """With knowledge, a weight: KgCoOp. The distance from the hand-written prompt is as released, 1 - the mean cosine."""
    copies = len(CLASSES) if specific else 1
    if words:
        start = text.embedding[tokenizer.encode(words)].repeat(copies, 1)
    else:
        start = torch.from_numpy(np.float32(0.02) * normal(SEED, "context", shape=[copies * length, WIDTH]))
    context = nn.Parameter(start.clone())
    images = [batch("images", step, 8) for step in range(2)]

    def loss(step):
        vectors = context.reshape(copies, length, WIDTH) if specific else context
        learned = text.prompts(CLASSES, vectors, position)
        loss = F.cross_entropy(SCALE * images[step] @ learned.t(), labels(8))
        if knowledge is None:
            return loss
        written = text.plain("a photo of a {}.", CLASSES)
        return loss + knowledge * (1 - F.cosine_similarity(learned, written, dim=1, eps=1e-7).mean())

    return steps([context], loss, 2e-3, 0.9, 5e-4)


def linear(inputs, outputs, purpose, layer, glorot):
    module = nn.Linear(inputs, outputs)
    bound = np.sqrt(np.float32(6) / np.float32(inputs + outputs)) if glorot else np.float32(1) / np.sqrt(np.float32(inputs))
    w = (2 * uniform(SEED, purpose + " weights", layer, shape=[outputs, inputs]) - 1) * bound
    b = (2 * uniform(SEED, purpose + " biases", layer, shape=[outputs]) - 1) * bound
    module.weight.data = torch.from_numpy(w)
    module.bias.data = torch.full([outputs], 0.01) if glorot else torch.from_numpy(b)
    return module


def cocoop(size):
    context = nn.Parameter(text.embedding[tokenizer.encode("a photo of a")].clone())
    first, second = linear(FEATURES, FEATURES // 16, "meta-net", 0, False), linear(FEATURES // 16, WIDTH, "meta-net", 1, False)

    def loss(step):
        images = batch("images", step, size)
        shifted = context[None] + second(F.relu(first(images)))[:, None]
        logits = [SCALE * image @ text.prompts(CLASSES, own).t() for image, own in zip(images, shifted)]
        return F.cross_entropy(torch.stack(logits), labels(size))

    return steps([context, *first.parameters(), *second.parameters()], loss, 2e-3, 0.9, 5e-4)


def dpl(competitors):
    length, hidden, domains, size, dropout = 4, 24, 3, 5, 0.1
    sizes = [FEATURES, hidden, hidden, length * WIDTH]
    layers = [linear(sizes[i], sizes[i + 1], "domain prompt", i, True) for i in range(3)]

    def loss(step):
        # As released: the network sees features as CLIP puts them out, and unit vectors are compared with texts.
        x = encoded = batch("images", step, domains * size) * norms(step, domains * size)[:, None]
        images = encoded / encoded.norm(dim=-1, keepdim=True)
        for i in (0, 1):
            u = torch.from_numpy(uniform(SEED, f"dropout {i}", step, shape=[domains * size, hidden]))
            x = F.relu(layers[i](x) * torch.where(u < dropout, 0.0, 1 / (1 - dropout)))
        # As released: the network's outputs are averaged, not its inputs.
        means = layers[2](x).reshape(domains, size, -1).mean(1)
        texts = [text.prompts(CLASSES, m.reshape(length, WIDTH)) for m in means]
        y = labels(domains * size)
        if competitors == "all-domains":
            return F.cross_entropy(SCALE * images @ torch.cat(texts).t(), y)
        own = zip(images.split(size), texts, y.split(size))
        return torch.stack([F.cross_entropy(SCALE * i @ t.t(), y) for i, t, y in own]).mean()

    return steps([p for layer in layers for p in layer.parameters()], loss, 1e-3, 0.1, 0)


def dapl(specific, words, competitors, threshold):
    shared, own = 3, 2
    copies = len(CLASSES) if specific else 1
    rows = copies * shared + 2 * own
    vectors = nn.Parameter(torch.from_numpy(np.float32(0.02) * normal(SEED, "context", shape=[rows, WIDTH])))
    zero_shot = text.plain("a photo of a {}.", CLASSES)
    sure = []

    def loss(step):
        source, target, y = batch("images", step, 8), batch("target", step, 6), labels(8)
        texts = []
        for d, name in enumerate(["ink", "chalk"]):
            domain = vectors[copies * shared + d * own:copies * shared + (d + 1) * own]
            both = [torch.cat([vectors[c * shared:(c + 1) * shared], domain]) for c in range(copies)]
            texts.append(text.prompts(
                CLASSES, torch.stack(both) if specific else both[0], ending=f", a {name} image.." if words else "."))
        probability, pseudo = torch.softmax(SCALE * target @ zero_shot.t() / 1.0, -1).max(-1)
        mask = probability.ge(threshold).float()
        sure.append(mask.mean().item())
        if competitors == "own-domain":
            first = F.cross_entropy(SCALE * source @ texts[0].t(), y)
            second = F.cross_entropy(SCALE * target @ texts[1].t(), pseudo, reduction="none")
        else:
            both = torch.cat(texts)
            first = F.cross_entropy(SCALE * source @ both.t(), y)
            second = F.cross_entropy(SCALE * target @ both.t(), pseudo + len(CLASSES), reduction="none")
        return first + ((second * mask).sum() / mask.sum() if mask.sum() > 0 else 0)

    result = steps([vectors], loss, 3e-3, 0.9, 5e-4)
    for step, share in zip(result, sure):
        step["confident share"] = share
    return result


def rates(base, epochs, count):
    """Dassl's constant warm-up of one epoch in front of a cosine, stepped on beyond its end, as DAPL's trainer does."""
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=base)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, float(epochs))
    optimizer.param_groups[0]["lr"] = 1e-5
    result = []
    for step in range(count):
        result.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step == 0:
            optimizer.param_groups[0]["lr"] = base
        else:
            cosine.step()
    return result


print(json.dumps({
    "torch": torch.__version__,
    "tokens": tokenizer.encode("bars and rings , a chalk image.."),
    "coop": {
        "words, 4, end": coop("a photo of a", len(tokenizer.encode("a photo of a")), "end", False),
        "random, 16, end": coop("", 16, "end", False), "random, 5, middle": coop("", 5, "middle", False),
        "random, 4, front": coop("", 4, "front", False), "random, 3, class-specific": coop("", 3, "end", True),
        "words, 4, middle, class-specific": coop("a photo of a", len(tokenizer.encode("a photo of a")), "middle", True),
    },
    "kgcoop": {"8": coop("", 4, "end", False, knowledge=8.0), "0.5": coop("", 3, "end", True, knowledge=0.5)},
    "context": len(tokenizer.encode("a photo of a")),
    "cocoop": {"1": cocoop(1), "3": cocoop(3)},
    "dpl": {name: dpl(name) for name in ["all-domains", "own-domain"]},
    "dapl": {
        "released": dapl(True, True, "own-domain", 0.5), "shared": dapl(False, True, "own-domain", 0.5),
        "paper": dapl(True, False, "both-domains", 0.5), "unsure": dapl(True, True, "own-domain", 1.0),
    },
    "rates": rates(3e-3, 25, 80),
    "ensemble": summary(F.normalize(sum(text.plain(t, CLASSES) for t in ["a photo of a {}.", "{} drawing"]), dim=-1)),
}, indent=1))
