"""Prints Tests/Fixtures/ad-clip.json: AD-CLIP's tokens, its four losses, their gradients, and two steps of Adam.
Made with Python 3.11, torch 2.13.0+cpu, numpy 2.4, safetensors 0.8. Run: python Tests/Reference/ad_clip.py > Tests/Fixtures/ad-clip.json

Restates networks, losses and optimiser of the released trainers (adclip_vitB16.py and its like) in float32, on initial weights,
tokens, features and batches that Swift draws from the same addresses, with icon-clip's text encoder and padded prompts.
"""
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F

from ad_clip_model import Projectors, losses
from random_stream import uniform

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Scripts/icon-clip"))
from bpe import Tokenizer  # noqa: E402
from model import CLIP, SHAPE  # noqa: E402


# The method

def mean(tokens):
    return tokens.mean(1)


def deviation(tokens, epsilon=2.3e-8):
    return (((tokens - tokens.mean(1, keepdim=True)) ** 2).sum(1).add(epsilon) / tokens.shape[1]).sqrt()


class Prompts(nn.Module):
    """Class prompts around a context for each image, every class's padded to the context length."""

    def __init__(self, clip, tokenizer, classes, length):
        super().__init__()
        texts = [" ".join(["x"] * length) + f" {name.replace('_', ' ')}." for name in classes]
        self.clip, self.tokens = clip, torch.tensor([tokenizer.encode(t, SHAPE["context_length"]) for t in texts])
        embedded = clip.token_embedding(self.tokens).detach()
        self.prefix, self.suffix = embedded[:, :1], embedded[:, 1 + length:]

    def forward(self, context):
        """[length, text width] → unit text features [classes, dimension]."""
        context = context.expand(len(self.tokens), -1, -1)
        x = torch.cat([self.prefix, context, self.suffix], 1) + self.clip.positional_embedding
        x = self.clip.ln_final(self.clip.transformer(x))
        x = x[torch.arange(len(x)), self.tokens.argmax(1)] @ self.clip.text_projection
        return x / x.norm(dim=-1, keepdim=True)


def icon_clip():
    weights = {name: t.float() for name, t in load_file(ROOT / "Models/icon-clip/icon-clip.safetensors").items()}
    clip = CLIP(weights["token_embedding.weight"].shape[0], **SHAPE)
    clip.load_state_dict(weights)
    return clip.eval().requires_grad_(False), Tokenizer.read(ROOT / "Models/icon-clip/merges.txt")


# The fixture

SEED, BATCH, TOKENS, WIDTHS, LABELS = 5, 4, 6, [10, 8, 12], [0, 3, 1, 2]
CLASSES = ["envelope", "arrow_up", "printer", "trash", "folder"]
CASES = {
    "shared": dict(scales=2, image_tokens=4, own_mixtures=False, hidden=16, style_hidden=20),
    "own": dict(scales=3, image_tokens=2, own_mixtures=True, hidden=6, style_hidden=5),
}


def numbers(name, step, shape):
    return torch.from_numpy(2 * uniform(SEED, name, step, shape=shape) - 1)


def batch(side, step, scales):
    """Unit features, and a mean and a deviation for each block; means differ from channel to channel."""
    blocks = []
    for i, width in enumerate(WIDTHS):
        tokens = numbers(f"{side} tokens {i}", step, [BATCH, TOKENS, width]) + numbers(f"{side} shift {i}", step, [BATCH, 1, width])
        blocks.append((mean(tokens), deviation(tokens, 0)))
    return F.normalize(numbers(f"{side} features", step, [BATCH, SHAPE["embed_dim"]]), dim=1), blocks[-scales:]


def initial(projectors, widths):
    """As Swift draws them: block by block domain, image and style layers, then the mixture."""
    names = [n for i in range(len(widths)) for n in (
        f"domain_tokens.linear1.{i}", f"domain_tokens.linear2.{i}", f"image_tokens.linear.{i}",
        f"style_mapping_tokens.linear1.{i}", f"style_mapping_tokens.linear2.{i}")] + ["image_tokens.lin"]
    state = projectors.state_dict()
    for number, name in enumerate(names):
        bound = state[name + ".weight"].shape[1] ** -0.5
        for part, purpose in (("weight", "projectors weights"), ("bias", "projectors biases")):
            shape = list(state[f"{name}.{part}"].shape)
            state[f"{name}.{part}"] = torch.from_numpy((2 * uniform(SEED, purpose, number, shape=shape) - 1)) * bound
    projectors.load_state_dict(state)
    return [f"{name}.{part}" for name in names for part in ("weight", "bias")]


def summary(tensor):
    """Length, sum, and numbers here and there."""
    x = tensor.detach().double().flatten()
    return [x.norm().item(), x.sum().item()] + x[:: max(1, len(x) // 7)][:8].tolist()


def case(clip, tokenizer, scales, image_tokens, own_mixtures, hidden, style_hidden):
    widths = WIDTHS[-scales:]
    projectors = Projectors(widths, SHAPE["transformer_width"], hidden, style_hidden, image_tokens, own_mixtures)
    names = initial(projectors, widths)
    parameters = dict(projectors.named_parameters())
    prompts = Prompts(clip, tokenizer, CLASSES, 2 * scales + image_tokens)
    optimizer = torch.optim.Adam(projectors.parameters(), lr=0.01, weight_decay=5e-4)
    steps = []
    for step in range(2):
        (source, source_blocks), (target, target_blocks) = (batch(side, step, scales) for side in ("source", "target"))
        parts = losses(projectors, prompts, clip.logit_scale.exp(), source, source_blocks, torch.tensor(LABELS),
                       target, target_blocks)
        optimizer.zero_grad()
        parts[0].backward()
        gradients = [summary(parameters[name].grad) for name in names]
        optimizer.step()
        steps.append({"losses": [part.item() for part in parts[:5]], "logits": parts[5].flatten().tolist(),
                      "gradients": gradients, "parameters": [summary(parameters[name]) for name in names]})
    with torch.no_grad():
        _, blocks = batch("target", 0, scales)
        alone = torch.cat([projectors.mapped(blocks), projectors.domain(blocks), projectors.image(blocks)], 1)
        twice = torch.cat([projectors.domain(blocks), projectors.domain(blocks), projectors.image(blocks)], 1)
    return {"names": names, "steps": steps, "mapped": summary(alone), "own": summary(twice)}


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.7g}")
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return [rounded(item) for item in value] if isinstance(value, list) else value


if __name__ == "__main__":
    torch.set_num_threads(1)
    clip, tokenizer = icon_clip()
    print(json.dumps(rounded({name: case(clip, tokenizer, **options) for name, options in CASES.items()})))
