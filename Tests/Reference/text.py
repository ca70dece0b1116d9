"""Prints Tests/Fixtures/text.json: OpenAI's text encoder over padded prompts of 77 tokens, forward and backward to the
context vectors, also to those that replace deeper layers' (MaPLe). Made with Python 3.11, torch 2.13.0+cpu.
Run: python Tests/Reference/text.py > Tests/Fixtures/text.json

`full` restates the sizes of ViT-B/16's text encoder (12 layers of width 512, 512 features); `small` is quick.
"""
import json
import math

import numpy as np
import torch
from torch.nn import functional as F

from clip_model import numbers, weight

START, STOP, END = 1, 2, 3
NAMES = [[10, 11], [10, 12, 13], [20], [21, 22, 23, 24], [10, 11, 14], [30]]
LABELS = [0, 3, 5, 1, 2, 4, 3]
SIZES = {
    "small": dict(width=128, layers=3, vocabulary=64, length=77, dimension=32),
    "full": dict(width=512, layers=12, vocabulary=64, length=77, dimension=512),
}
CASES = {
    "end": dict(position="end"), "middle": dict(position="middle"), "front": dict(position="front"),
    "class-specific": dict(position="end", specific=True), "two groups": dict(position="end", groups=2),
    "deep": dict(position="middle", groups=2, deep=True),
}


def context_vectors(name, shape, deviation):
    vectors = numbers(name, math.prod(shape)) * np.float32(deviation * math.sqrt(3))
    return torch.from_numpy(vectors.reshape(tuple(shape))).requires_grad_()


class Encoder:
    """Functions over weights by formula, under OpenAI's names."""

    def __init__(self, width, layers, vocabulary, length, dimension):
        self.width, self.layers, self.heads, self.length = width, layers, width // 64, length
        shapes = {
            "token_embedding.weight": [vocabulary, width], "positional_embedding": [length, width],
            "text_projection": [width, dimension], "ln_final.weight": [width], "ln_final.bias": [width],
        }
        for i in range(layers):
            p = f"transformer.resblocks.{i}."
            shapes |= {
                p + "attn.in_proj_weight": [3 * width, width], p + "attn.in_proj_bias": [3 * width],
                p + "attn.out_proj.weight": [width, width], p + "attn.out_proj.bias": [width],
                p + "mlp.c_fc.weight": [4 * width, width], p + "mlp.c_fc.bias": [4 * width],
                p + "mlp.c_proj.weight": [width, 4 * width], p + "mlp.c_proj.bias": [width],
                p + "ln_1.weight": [width], p + "ln_1.bias": [width],
                p + "ln_2.weight": [width], p + "ln_2.bias": [width],
            }
        self.w = {name: weight(name, shape) for name, shape in shapes.items()}

    def __call__(self, x, ends, places, deeper):
        """x: [prompts, 77, width] token embeddings; ends: the end token's place in each; places: [prompts, M], those of the
        context vectors; deeper: for layer 1 and those that follow, [prompts, M, width] to stand there instead (MaPLe)."""
        w, n = self.w, len(x)
        x = x + w["positional_embedding"]
        mask = torch.full((self.length, self.length), float("-inf")).triu(1)

        def norm(x, p):
            return F.layer_norm(x, (self.width,), w[p + ".weight"], w[p + ".bias"], 1e-5)

        for i in range(self.layers):
            p = f"transformer.resblocks.{i}."
            if 0 < i <= len(deeper):
                x = x.scatter(1, places[:, :, None].expand(-1, -1, self.width), deeper[i - 1])
            q, k, v = F.linear(norm(x, p + "ln_1"), w[p + "attn.in_proj_weight"], w[p + "attn.in_proj_bias"]).chunk(3, -1)
            q, k, v = (t.reshape(n, self.length, self.heads, 64).transpose(1, 2) for t in (q, k, v))
            a = torch.softmax(q @ k.transpose(-1, -2) / 8 + mask, -1) @ v
            a = a.transpose(1, 2).reshape(n, self.length, self.width)
            x = x + F.linear(a, w[p + "attn.out_proj.weight"], w[p + "attn.out_proj.bias"])
            h = F.linear(norm(x, p + "ln_2"), w[p + "mlp.c_fc.weight"], w[p + "mlp.c_fc.bias"])
            x = x + F.linear(h * torch.sigmoid(1.702 * h), w[p + "mlp.c_proj.weight"], w[p + "mlp.c_proj.bias"])
        x = norm(x, "ln_final")
        return x[torch.arange(n), ends] @ w["text_projection"]


def summary(x):
    flat = x.detach().double().reshape(-1)
    return [flat.norm().item(), flat.sum().item()] + [flat[(i * 7919) % len(flat)].item() for i in range(6)]


def run(encoder, position, specific=False, groups=1, deep=False):
    length, width = 4, encoder.width
    per_group = length * len(NAMES) if specific else length
    context = context_vectors("context", [groups * per_group, width], 0.02)
    # MaPLe's depth of 9: eight deeper contexts behind the first.
    count = min(8, encoder.layers - 1) if deep else 0
    deeper = [context_vectors(f"context {i}", context.shape, 0.02) for i in range(1, count + 1)]
    table = encoder.w["token_embedding.weight"]
    prompts, ends, places, vectors = [], [], [], []
    for group in range(groups):
        for c, name in enumerate(NAMES):
            first = group * per_group + (c * length if specific else 0)
            v = context[first:first + length]
            place = {"end": length, "middle": length // 2, "front": 0}[position]
            rows = torch.cat([table[[START]], v[:place], table[name], v[place:], table[[STOP, END]]])
            ends.append(len(rows) - 1)
            places.append([1 + i + (len(name) if i >= place else 0) for i in range(length)])
            vectors.append(range(first, first + length))
            padding = table[[0]].expand(encoder.length - len(rows), -1)
            prompts.append(torch.cat([rows, padding]))
    vectors = torch.tensor([list(v) for v in vectors])
    features = encoder(torch.stack(prompts), torch.tensor(ends), torch.tensor(places), [d[vectors] for d in deeper])
    text = features / features.norm(dim=-1, keepdim=True)
    images = torch.from_numpy(numbers("images", len(LABELS) * text.shape[1]).reshape(len(LABELS), -1))
    images = images / images.norm(dim=-1, keepdim=True)
    # Every group classifies the images; the loss is the groups' mean.
    logits = torch.cat([20 * images @ text[g * len(NAMES):(g + 1) * len(NAMES)].t() for g in range(groups)])
    loss = F.cross_entropy(logits, torch.tensor(LABELS * groups))
    loss.backward()
    result = {"features": summary(features), "loss": loss.item(), "gradient": summary(context.grad)}
    return result | ({"deeper": [summary(d.grad) for d in deeper]} if deep else {})


if __name__ == "__main__":
    result = {"torch": torch.__version__}
    for size, shape in SIZES.items():
        encoder = Encoder(**shape)
        cases = CASES if size == "small" else {name: CASES[name] for name in ["end", "deep"]}
        result[size] = {name: run(encoder, **case) for name, case in cases.items()}
    print(json.dumps(result, indent=1))
