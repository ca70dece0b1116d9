"""Golden values for the equality tests of CLIP's backbones: one of each family in small, and three at full size.

    python3 Tests/Reference/clip_backbones.py

Writes Tests/Fixtures/clip/backbones.safetensors. Of each model: the unit features of two formula images and of two rows
of tokens, and the mean and deviation over tokens of every block's output (a ResNet's stages), at every k-th channel so
that no more than about 64 are kept. The weights are the formula's: only outputs are kept. Prints how like the two images
are to each other, and how large activations grow. Made with PyTorch 2.13.0 (CPU, float32), NumPy 2, safetensors 0.6.
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

from clip_model import CLIP, ModifiedResNet, VisionTransformer, fill, pixels

SMALL_TEXT = dict(vocabulary=97, context=13, width=64, layers=2)


def full_text(width):
    return dict(vocabulary=49408, context=77, width=width, layers=12)


# Name: image encoder, resolution, text encoder. Written the same way in Tests/CLIPTests/BackboneModels.swift.
MODELS = {
    "RN101": (lambda: ModifiedResNet((3, 4, 23, 3), 16, 64, 24), 64, SMALL_TEXT),
    "RN50x4": (lambda: ModifiedResNet((4, 6, 10, 6), 10, 96, 37), 96, SMALL_TEXT | dict(width=128)),
    "RN50x16": (lambda: ModifiedResNet((6, 8, 18, 8), 12, 128, 48), 128, SMALL_TEXT | dict(width=192)),
    "RN50x64": (lambda: ModifiedResNet((3, 15, 36, 10), 16, 96, 32), 96, SMALL_TEXT),
    "ViT-B/32": (lambda: VisionTransformer(96, 32, 128, 4, 32), 96, SMALL_TEXT),
    "ViT-L/14@336px": (lambda: VisionTransformer(336, 14, 64, 3, 48), 336, SMALL_TEXT),
    "ViT-H/14": (
        lambda: VisionTransformer(56, 14, 160, 3, 32, head=80, activation=F.gelu, inner=700), 56,
        SMALL_TEXT | dict(width=144, head=72, activation=F.gelu, inner=500)),
    "RN50": (lambda: ModifiedResNet((3, 4, 6, 3), 64, 224, 1024), 224, full_text(512)),
    "ViT-B/16": (lambda: VisionTransformer(224, 16, 768, 12, 512), 224, full_text(512)),
    "ViT-L/14": (lambda: VisionTransformer(224, 14, 1024, 24, 768), 224, full_text(768)),
}


def unit(x):
    return x / x.norm(dim=-1, keepdim=True)


def statistics(blocks):
    rows = []
    for x in blocks:
        x = x[..., :: max(1, x.shape[-1] // 64)]
        rows += [x.mean(1), x.std(1, correction=0)]
    return torch.cat(rows, 1)


golden = {}
with torch.no_grad():
    for name, (visual, resolution, text) in MODELS.items():
        visual = visual()
        dimension = getattr(visual, "proj", None)
        dimension = visual.attnpool.c_proj.out_features if dimension is None else dimension.shape[1]
        model = CLIP(visual, dimension=dimension, **text)
        fill(model)
        features, blocks = model.visual(pixels(2, resolution).permute(0, 3, 1, 2))
        last = text["vocabulary"] - 1
        tokens = torch.tensor([[last - 1, 5, 60, 31, last], [last - 1, 70, 71, 5, last]])
        golden[name + " images"] = unit(features)
        golden[name + " texts"] = texts = unit(model.encode_text(tokens))
        golden[name + " statistics"] = statistics(blocks)
        images = unit(features)
        print(
            f"{name:15} cosine of the images {float(images[0] @ images[1]):6.3f}, of the texts "
            f"{float(texts[0] @ texts[1]):6.3f}; deviation of blocks {float(blocks[0].std()):.2f} to "
            f"{float(blocks[-1].std()):.2f}, largest number {max(float(x.abs().max()) for x in blocks):.1f}")
        del model, visual
path = Path(__file__).parent.parent / "Fixtures" / "clip" / "backbones.safetensors"
save_file({k: v.contiguous() for k, v in golden.items()}, path)
print(path.stat().st_size, "bytes")
