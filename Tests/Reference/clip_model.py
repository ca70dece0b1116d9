"""OpenAI's CLIP restated in PyTorch (Radford et al. 2021), with its state-dict names: what the golden values come from.

Inference only. Sizes are arguments, so that the same code is the full model and the small ones of the tests; so are
the activation and the width of a head, which other CLIPs (open_clip) choose otherwise. An image encoder returns, beside
the features, what its blocks put out, as [images, tokens, width].
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


class Bottleneck(nn.Module):
    def __init__(self, inputs, planes, stride):
        super().__init__()
        self.stride = stride
        self.conv1, self.bn1 = nn.Conv2d(inputs, planes, 1, bias=False), nn.BatchNorm2d(planes)
        self.conv2, self.bn2 = nn.Conv2d(planes, planes, 3, padding=1, bias=False), nn.BatchNorm2d(planes)
        self.conv3, self.bn3 = nn.Conv2d(planes, 4 * planes, 1, bias=False), nn.BatchNorm2d(4 * planes)
        if stride > 1 or inputs != 4 * planes:
            self.downsample = nn.ModuleDict(
                {"0": nn.Conv2d(inputs, 4 * planes, 1, bias=False), "1": nn.BatchNorm2d(4 * planes)})
        else:
            self.downsample = None

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = F.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(F.avg_pool2d(y, self.stride)))
        if self.downsample is not None:
            x = self.downsample["1"](self.downsample["0"](F.avg_pool2d(x, self.stride)))
        return F.relu(x + y)


class AttentionPool(nn.Module):
    def __init__(self, side, width, heads, outputs):
        super().__init__()
        self.positional_embedding = nn.Parameter(torch.zeros(side * side + 1, width))
        self.q_proj, self.k_proj = nn.Linear(width, width), nn.Linear(width, width)
        self.v_proj, self.c_proj = nn.Linear(width, width), nn.Linear(width, outputs)
        self.heads = heads

    def forward(self, x):
        n, width = x.shape[:2]
        x = x.flatten(2).transpose(1, 2)
        x = torch.cat([x.mean(1, keepdim=True), x], 1) + self.positional_embedding

        def split(y):
            return y.view(n, -1, self.heads, width // self.heads).transpose(1, 2)

        y = F.scaled_dot_product_attention(split(self.q_proj(x[:, :1])), split(self.k_proj(x)), split(self.v_proj(x)))
        return self.c_proj(y.transpose(1, 2).reshape(n, width))


class ModifiedResNet(nn.Module):
    def __init__(self, layers, width, resolution, dimension):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, width // 2, 3, 2, 1, bias=False), nn.BatchNorm2d(width // 2)
        self.conv2, self.bn2 = nn.Conv2d(width // 2, width // 2, 3, 1, 1, bias=False), nn.BatchNorm2d(width // 2)
        self.conv3, self.bn3 = nn.Conv2d(width // 2, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)
        inputs = width
        for stage, count in enumerate(layers):
            planes, blocks = width << stage, []
            for block in range(count):
                blocks.append(Bottleneck(inputs, planes, 2 if stage > 0 and block == 0 else 1))
                inputs = 4 * planes
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
        self.attnpool = AttentionPool(resolution // 32, 32 * width, 32 * width // 64, dimension)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = F.relu(self.bn2(self.conv2(x)))
        x = F.avg_pool2d(F.relu(self.bn3(self.conv3(x))), 2)
        blocks = []
        for stage in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = stage(x)
            blocks.append(x.flatten(2).transpose(1, 2))
        return self.attnpool(x), blocks


class Block(nn.Module):
    def __init__(self, width, head, activation, inner):
        super().__init__()
        self.attn = nn.MultiheadAttention(width, width // head, batch_first=True)
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mlp = nn.ModuleDict({"c_fc": nn.Linear(width, inner), "c_proj": nn.Linear(inner, width)})
        self.activation = activation

    def forward(self, x, mask=None):
        y = self.ln_1(x)
        x = x + self.attn(y, y, y, need_weights=False, attn_mask=mask)[0]
        y = self.mlp["c_fc"](self.ln_2(x))
        return x + self.mlp["c_proj"](self.activation(y))


def quick_gelu(x):
    return x * torch.sigmoid(1.702 * x)


class Transformer(nn.Module):
    def __init__(self, width, layers, head=64, activation=quick_gelu, inner=None):
        super().__init__()
        self.resblocks = nn.ModuleList([Block(width, head, activation, inner or 4 * width) for _ in range(layers)])

    def forward(self, x, mask=None):
        blocks = []
        for block in self.resblocks:
            x = block(x, mask)
            blocks.append(x)
        return x, blocks


class VisionTransformer(nn.Module):
    def __init__(self, resolution, patch, width, layers, dimension, **transformer):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, patch, patch, bias=False)
        self.class_embedding = nn.Parameter(torch.zeros(width))
        self.positional_embedding = nn.Parameter(torch.zeros((resolution // patch) ** 2 + 1, width))
        self.ln_pre, self.ln_post = nn.LayerNorm(width), nn.LayerNorm(width)
        self.transformer = Transformer(width, layers, **transformer)
        self.proj = nn.Parameter(torch.zeros(width, dimension))

    def forward(self, x):
        x = self.conv1(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.class_embedding.expand(x.shape[0], 1, -1), x], 1) + self.positional_embedding
        x, blocks = self.transformer(self.ln_pre(x))
        return self.ln_post(x[:, 0]) @ self.proj, blocks


class CLIP(nn.Module):
    """`visual` is an image encoder; the text encoder's sizes are the other arguments."""

    def __init__(self, visual, vocabulary, context, width, layers, dimension, **transformer):
        super().__init__()
        self.visual = visual
        self.token_embedding = nn.Embedding(vocabulary, width)
        self.positional_embedding = nn.Parameter(torch.zeros(context, width))
        self.transformer = Transformer(width, layers, **transformer)
        self.ln_final = nn.LayerNorm(width)
        self.text_projection = nn.Parameter(torch.zeros(width, dimension))
        self.logit_scale = nn.Parameter(torch.zeros([]))

    def encode_text(self, tokens):
        """tokens: [n, context]; the highest token of each row is its end."""
        x = self.token_embedding(tokens) + self.positional_embedding[: tokens.shape[1]]
        mask = torch.full((tokens.shape[1],) * 2, float("-inf")).triu(1)
        x = self.ln_final(self.transformer(x, mask)[0])
        return x[torch.arange(len(x)), tokens.argmax(-1)] @ self.text_projection


def numbers(name, count):
    """Numbers in [-1, 1) that depend on a name and their place alone: SplitMix64 of FNV-1a, the upper 24 bits."""
    key = 0xCBF29CE484222325
    for byte in name.encode():
        key = (key ^ byte) * 0x100000001B3 % 2**64
    numbers = np.empty(count, np.float32)
    for start in range(0, count, 1 << 20):  # a piece at a time stays in the cache
        part = numbers[start : start + (1 << 20)]
        with np.errstate(over="ignore"):
            z = np.arange(start + 1, start + 1 + len(part), dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
            z += np.uint64(key)
            z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            z ^= z >> np.uint64(31)
        part[:] = (z >> np.uint64(40)).astype(np.float32) / np.float32(2**23) - np.float32(1)
    return numbers


def weight(name, shape):
    """A weight by formula. Written the same way in the Swift tests (Tests/Support/Formula.swift).

    Activations stay near 1, and images stay different, through dozens of blocks: residual blocks add a quarter of what
    they are given, and their first nonlinearities let less than half through.
    """
    count = int(np.prod(shape)) if len(shape) else 1
    last = name.rsplit(".", 1)[-1]
    if last == "running_var":
        base, scale = 1, 0.5
    elif name.endswith("bn3.weight") and ".layer" in name:
        base, scale = 0.25, 0.0625
    elif name.endswith(("bn1.bias", "bn2.bias")) and ".layer" in name:
        base, scale = -0.5, 0.125
    elif len(shape) <= 1 and last == "weight":
        base, scale = 1, 0.25
    elif len(shape) <= 1 or "embedding" in name:
        base, scale = 0, 0.125
    else:
        fan_in = shape[0] if last in ("proj", "text_projection") else count // shape[0]
        base, scale = 0, 2.25 / float(fan_in) ** 0.5
    u = numbers(name, count)
    u *= np.float32(scale)
    u += np.float32(base)
    return torch.from_numpy(u.reshape(tuple(shape)))


def fill(model):
    """Gives a model the weights of the formula; returns their shapes by name."""
    shapes = {k: list(v.shape) for k, v in model.state_dict().items() if not k.endswith("num_batches_tracked")}
    model.load_state_dict({k: weight(k, s) for k, s in shapes.items()}, strict=False)
    model.eval()
    return shapes


def pixels(count, resolution):
    """Images by formula, each a colour of its own with coarse blocks and noise: [count, resolution, resolution, 3]."""
    side = (resolution + 7) // 8
    coarse = numbers("blocks", count * side * side * 3).reshape(count, side, side, 3)
    coarse = coarse.repeat(8, axis=1).repeat(8, axis=2)[:, :resolution, :resolution]
    fine = numbers("noise", count * resolution * resolution * 3).reshape(count, resolution, resolution, 3)
    tint = numbers("tint", count * 3).reshape(count, 1, 1, 3)
    return torch.from_numpy(np.float32(1.5) * tint + np.float32(0.5) * coarse + np.float32(0.5) * fine)
