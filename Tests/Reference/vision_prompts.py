"""Prints Tests/Fixtures/clip/vision-prompts.json: CLIP with prompt tokens in its image encoder (VPT), and in both encoders
(MaPLe), forward and backward to all that is learned, and after steps of SGD. Made with Python 3.11, torch 2.13.0+cpu.
Run: python Tests/Reference/vision_prompts.py > Tests/Fixtures/clip/vision-prompts.json

Restated from Jia et al. 2022 and Khattak et al. 2023: prompts follow the patches, without positional embedding; those of
a deeper layer take the place of what the layer before it made of the last ones. The text encoder reads padded prompts.
Weights, pixels and what is learned are made by formula; the tokens are those of Tests/Fixtures/clip/merges.txt.
"""
import json
from pathlib import Path

import torch
from torch.nn import functional as F

from clip_model import CLIP, VisionTransformer, fill, numbers

MODELS = {
    # Sizes of the image encoder; width, layers and length of the text encoder.
    "small": dict(image=dict(resolution=32, patch=8, width=128, layers=4, dimension=32), text=(64, 4, 24)),
    "icons": dict(image=dict(resolution=64, patch=8, width=192, layers=6, dimension=128), text=(128, 6, 24)),
}
CLASSES = ["floppy disk", "folder", "camera photo", "printer"]
LABELS = [2, 0, 3]
MERGES = (Path(__file__).parent.parent / "Fixtures" / "clip" / "merges.txt").read_text().splitlines()[1:]
MERGES = [tuple(line.split()) for line in MERGES if line]


def alphabet():
    """The printable characters first, then characters beyond Latin-1 in place of the other bytes."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in printable]
    return [chr(b) for b in printable] + [chr(256 + i) for i in range(len(others))]


LETTERS = alphabet()
VOCABULARY = LETTERS + [c + "</w>" for c in LETTERS] + ["".join(pair) for pair in MERGES]
START, END = len(VOCABULARY), len(VOCABULARY) + 1


def encode(text):
    """The tokens of words of plain letters."""
    result = []
    for word in text.replace(".", " .").split():
        parts = list(word[:-1]) + [word[-1] + "</w>"]
        while True:
            ranked = [(MERGES.index(pair), i) for i, pair in enumerate(zip(parts, parts[1:])) if pair in MERGES]
            if not ranked:
                break
            pair = MERGES[min(ranked)[0]]
            i, joined = 0, []
            while i < len(parts):
                isPair = tuple(parts[i:i + 2]) == pair
                joined.append("".join(pair) if isPair else parts[i])
                i += 2 if isPair else 1
            parts = joined
        result += [VOCABULARY.index(part) for part in parts]
    return result


def pixels(count, side):
    return torch.from_numpy(numbers("pixels", count * 3 * side * side).reshape(count, side, side, 3))


def learned(name, shape, scale):
    count = 1
    for extent in shape:
        count *= extent
    return (torch.from_numpy(numbers(name, count).reshape(shape)) * scale).requires_grad_()


class Prompted:
    def __init__(self, image, text):
        width, layers, length = text
        self.clip = CLIP(VisionTransformer(**image), len(VOCABULARY) + 2, length, width, layers, image["dimension"])
        fill(self.clip)
        self.clip.eval().requires_grad_(False)
        self.length, self.layers, self.scale = length, image["layers"], 20.0
        self.image_width, self.text_width = image["width"], width

    def images(self, x, prompts):
        """Unit features; prompts: [m, width] for the first layers."""
        v, n = self.clip.visual, len(x)
        x = v.conv1(x.permute(0, 3, 1, 2)).flatten(2).transpose(1, 2)
        x = torch.cat([v.class_embedding.expand(n, 1, -1), x], 1) + v.positional_embedding
        count = x.shape[1]
        x = v.ln_pre(torch.cat([x, prompts[0].expand(n, -1, -1)], 1))
        for i, block in enumerate(v.transformer.resblocks):
            if 0 < i < len(prompts):
                x = torch.cat([x[:, :count], prompts[i].expand(n, -1, -1)], 1)
            x = block(x)
        return F.normalize(v.ln_post(x[:, 0]) @ v.proj, dim=-1)

    def texts(self, classes, context, deeper):
        """Unit features of "context words class ."; context: [M, width], in the place of the first words."""
        c, rows = self.clip, []
        for tokens in classes:
            rows.append([START] + tokens + [END] + [0] * (self.length - len(tokens) - 2))
        ends = torch.tensor([len(tokens) + 1 for tokens in classes])
        x = c.token_embedding(torch.tensor(rows))

        def placed(x, context):
            return torch.cat([x[:, :1], context.expand(len(x), -1, -1), x[:, 1 + len(context):]], 1)

        if context is not None:
            x = placed(x, context)
        x = x + c.positional_embedding
        mask = torch.full((self.length, self.length), float("-inf")).triu(1)
        for i, block in enumerate(c.transformer.resblocks):
            if 0 < i <= len(deeper):
                x = placed(x, deeper[i - 1])
            x = block(x, mask)
        return F.normalize(c.ln_final(x)[torch.arange(len(x)), ends] @ c.text_projection, dim=-1)

    def loss(self, x, prompts, text):
        return F.cross_entropy(self.scale * self.images(x, prompts) @ text.t(), torch.tensor(LABELS))


def summary(x):
    flat = x.detach().double().reshape(-1)
    return [flat.norm().item(), flat.sum().item()] + [flat[(i * 7919) % len(flat)].item() for i in range(6)]


def steps(model, parameters, loss, count=3):
    """Losses of some steps, the first step's gradients, and what has been learned at the end."""
    optimizer = torch.optim.SGD(parameters.values(), lr=0.05, momentum=0.9, weight_decay=5e-4)
    losses, gradients = [], {}
    for step in range(count):
        value = loss()
        optimizer.zero_grad()
        value.backward()
        losses.append(value.item())
        if step == 0:
            gradients = {name: summary(p.grad) for name, p in parameters.items()}
        optimizer.step()
    return {"losses": losses, "gradients": gradients, "learned": {n: summary(p) for n, p in parameters.items()}}


def vpt(model, x, depth, count=3):
    text = model.texts([encode(f"a photo of a {name}.") for name in CLASSES], None, []).detach()
    names = ["image_encoder.VPT"] + [f"image_encoder.transformer.resblocks.{i}.VPT_shallow" for i in range(1, depth)]
    parameters = {name: learned(name, (count, model.image_width), 0.5) for name in names}
    prompts = list(parameters.values())
    features = summary(model.images(x, prompts))
    return {"features": features} | steps(model, parameters, lambda: model.loss(x, prompts, text))


def maple(model, x, depth, count=2):
    width, wide = model.text_width, model.image_width
    p, name = {}, "prompt_learner."

    def projection(part, index):
        p[f"{name}{part}.weight"] = learned(f"{part}.{index}.weight", (wide, width), width**-0.5)
        p[f"{name}{part}.bias"] = learned(f"{part}.{index}.bias", (wide,), width**-0.5)

    p[name + "ctx"] = learned("ctx", (count, width), 0.1)
    projection("proj", 0)
    for i in range(depth - 1):
        p[f"{name}compound_prompts_text.{i}"] = learned(f"compound_prompts_text.{i}", (count, width), 0.1)
    for i in range(depth - 1):
        projection(f"compound_prompt_projections.{i}", 0)
    tokens = [encode(f"a photo of a {class_name}.") for class_name in CLASSES]

    def loss():
        deeper = [p[f"{name}compound_prompts_text.{i}"] for i in range(depth - 1)]
        projected = [
            F.linear(d, p[f"{name}compound_prompt_projections.{i}.weight"], p[f"{name}compound_prompt_projections.{i}.bias"])
            for i, d in enumerate(deeper)]
        first = F.linear(p[name + "ctx"], p[name + "proj.weight"], p[name + "proj.bias"])
        return model.loss(x, [first] + projected, model.texts(tokens, p[name + "ctx"], deeper))

    return steps(model, p, loss)


torch.set_num_threads(1)
result = {"torch": torch.__version__}
for name, sizes in MODELS.items():
    model = Prompted(**sizes)
    x = pixels(len(LABELS), sizes["image"]["resolution"])
    layers = model.layers
    result[name] = {
        "vpt 1": vpt(model, x, 1), f"vpt {layers}": vpt(model, x, layers),
        "maple 1": maple(model, x, 1), f"maple {layers - 1}": maple(model, x, layers - 1),
        f"maple {layers}": maple(model, x, layers),
    }
print(json.dumps(result))
