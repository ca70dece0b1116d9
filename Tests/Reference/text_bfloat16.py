"""Prints Tests/Fixtures/text-bfloat16.json: OpenAI's text encoder with its products of weights in bfloat16, forward and
backward to the context vectors, also to those that replace deeper layers' (MaPLe). Made with Python 3.11, torch 2.13.0+cpu.
Run: python Tests/Reference/text_bfloat16.py > Tests/Fixtures/text-bfloat16.json

Both sides of each product with weights are rounded, in the adjoint the gradient and the weights. All else is float32.
Where a gradient is rounded, it must be of the same rows as in Swift: prompts are one tree of rows here, too, in which each
row sees its ancestors. In float32 the tree gives what text.py gives over padded prompts, which is asserted.
"""
import json
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from clip_model import numbers, weight
from text import CASES, LABELS, NAMES, SIZES, START, STOP, END, Encoder, context_vectors, summary


def rounded(x):
    return x.bfloat16().float()


class Product(torch.autograd.Function):
    """x·wᵀ of rounded numbers; the gradient of x is that of rounded numbers, too. Sums are float64, which any order of
    float32 sums is near."""

    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(w)
        return (rounded(x).double() @ rounded(w).double().t()).float()

    @staticmethod
    def backward(ctx, gradient):
        (w,) = ctx.saved_tensors
        return (rounded(gradient).double() @ rounded(w).double()).float(), None


def tree(prompts):
    """Rows that prompts share at their beginnings are there once: what stands in each row, its place in its prompt, its
    ancestors, and each prompt's last row."""
    rows, known, ends = [], {}, []
    for prompt in prompts:
        path = ()
        for item in prompt:
            path += (item,)
            if path not in known:
                known[path] = len(rows)
                rows.append(path)
        ends.append(known[path])
    mask = torch.full((len(rows), len(rows)), float("-inf"))
    for row, path in enumerate(rows):
        for length in range(1, len(path) + 1):
            mask[row, known[path[:length]]] = 0
    return [path[-1] for path in rows], [len(path) - 1 for path in rows], mask, ends


class TreeEncoder(Encoder):
    """The same weights over a tree of rows."""

    def encode(self, items, positions, mask, ends, contexts, deeper, product):
        w, heads = self.w, self.heads
        places = [(row, item[1]) for row, item in enumerate(items) if isinstance(item, tuple)]
        at, which = (torch.tensor(list(column)) for column in zip(*places))
        tokens = torch.tensor([0 if isinstance(item, tuple) else item for item in items])
        x = w["token_embedding.weight"][tokens].index_fill(0, at, 0) + w["positional_embedding"][torch.tensor(positions)]
        x = x.index_add(0, at, contexts[which])

        def norm(x, p):
            return F.layer_norm(x, (self.width,), w[p + ".weight"], w[p + ".bias"], 1e-5)

        for i in range(self.layers):
            p = f"transformer.resblocks.{i}."
            if 0 < i <= len(deeper):
                x = x.index_copy(0, at, deeper[i - 1][which])
            h = norm(x, p + "ln_1")
            matrix, bias = w[p + "attn.in_proj_weight"], w[p + "attn.in_proj_bias"]
            own, seen = h, mask
            if i == self.layers - 1:
                # Only the end tokens ask, and only they go on.
                own, x, seen = h[ends], x[ends], mask[ends]
            q = product(own, matrix[:self.width]) + bias[:self.width]
            k, v = (product(h, matrix[self.width:]) + bias[self.width:]).chunk(2, -1)
            q, k, v = (t.reshape(len(t), heads, 64).transpose(0, 1) for t in (q, k, v))
            a = (torch.softmax(q @ k.transpose(-1, -2) / 8 + seen, -1) @ v).transpose(0, 1).reshape(len(own), self.width)
            x = x + product(a, w[p + "attn.out_proj.weight"]) + w[p + "attn.out_proj.bias"]
            h = product(norm(x, p + "ln_2"), w[p + "mlp.c_fc.weight"]) + w[p + "mlp.c_fc.bias"]
            x = x + product(h * torch.sigmoid(1.702 * h), w[p + "mlp.c_proj.weight"]) + w[p + "mlp.c_proj.bias"]
        return product(norm(x, "ln_final"), w["text_projection"].t())


def encoded(encoder, product, names, position="end", groups=1, deeper_count=0, vectors="context"):
    """Features of prompts, and the vectors that they are made of."""
    length = 4
    shape = [groups * length, encoder.width]
    contexts = [
        context_vectors(vectors if i == 0 else f"{vectors} {i}", shape, 0.02) for i in range(deeper_count + 1)]
    place = {"end": length, "middle": length // 2}[position]
    context = [("v", i) for i in range(length)]
    layout = tree([[START] + context[:place] + name + context[place:] + [STOP, END] for name in names])

    def group(g):
        own = [x[g * length:(g + 1) * length] for x in contexts]
        return encoder.encode(*layout, own[0], own[1:], product)

    return torch.cat([group(g) for g in range(groups)]), contexts


def check_tree():
    """In float32 the tree gives what padded prompts give."""
    fixture = json.loads((Path(__file__).parents[1] / "Fixtures" / "text.json").read_text())
    encoder = TreeEncoder(**SIZES["small"])
    for name in ["end", "middle", "two groups", "deep"]:
        case = dict(CASES[name])
        count = encoder.layers - 1 if case.pop("deep", False) else 0
        features, contexts = encoded(encoder, F.linear, NAMES, deeper_count=count, **case)
        groups = case.get("groups", 1)
        text = features / features.norm(dim=-1, keepdim=True)
        images = torch.from_numpy(numbers("images", len(LABELS) * text.shape[1]).reshape(len(LABELS), -1))
        images = images / images.norm(dim=-1, keepdim=True)
        logits = torch.cat([20 * images @ part.t() for part in text.split(len(NAMES))])
        F.cross_entropy(logits, torch.tensor(LABELS * groups)).backward()
        expected = fixture["small"][name]
        gradients = [expected["gradient"]] + expected.get("deeper", [])
        for got, wanted in zip([features] + [x.grad for x in contexts], [expected["features"]] + gradients):
            assert np.allclose(summary(got), wanted, atol=1e-4 * wanted[0]), name


def case(encoder, product, number):
    """Features, and the gradients of a random projection of them."""
    features, contexts = encoded(encoder, product, SHORT, deeper_count=1, vectors=f"vectors {number}")
    direction = torch.from_numpy(numbers(f"direction {number}", features.numel())).reshape(features.shape)
    (features * direction).sum().backward()
    return [x.detach().reshape(-1).tolist() for x in [features] + [c.grad for c in contexts]]


# Where sums are added in another order, a number in some tens of thousands is rounded to the other of two neighbours, and
# all that follows from it moves a little. So there are several cases, of few numbers each.
SHORT = [[10], [10, 12]]
SMALLEST = dict(width=64, layers=2, vocabulary=64, length=77, dimension=16)
if __name__ == "__main__":
    check_tree()
    encoder = TreeEncoder(**SMALLEST)
    cases = [case(encoder, Product.apply, number) for number in range(8)]
    lines = ",\n".join(json.dumps([[float(f"{x:.8g}") for x in tensor] for tensor in case]) for case in cases)
    print(f'{{"torch": "{torch.__version__}", "cases": [\n{lines}\n]}}')
