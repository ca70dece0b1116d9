"""What half precision costs AD-CLIP: block statistics of a domain's images in float32 beside the store's in float16.
Made with Python 3.11, torch 2.13.0+cpu, numpy 2.4, Pillow 12. Run, after Pipelines/desktop-icons-ad-clip.yaml:

    python Tests/Reference/half_statistics.py breeze-symbolic

Encodes the target's images with PyTorch, compares the statistics with those that the store has, and classifies them with the
projectors of the pipeline's seed 1 through either. Prints errors relative to a channel's deviation over images, and accuracies.
"""
import json
import sqlite3
import sys

import numpy as np
import torch
from PIL import Image

from ad_clip import ROOT, Projectors, Prompts, deviation, icon_clip, mean
from ad_clip_procedure import StyledDomain, accuracy
from authors_procedure import parameters

MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073])[:, None, None]
DEVIATION = torch.tensor([0.26862954, 0.26130258, 0.27577711])[:, None, None]


def pixels(path, side=64):
    image = Image.open(path).convert("RGB")
    width, height = image.size
    scale = side / min(width, height)
    image = image.resize((max(side, int(width * scale)), max(side, int(height * scale))), Image.BICUBIC)
    left, top = (round((extent - side) / 2) for extent in image.size)
    image = image.crop((left, top, left + side, top + side))
    return (torch.from_numpy(np.asarray(image).copy()).permute(2, 0, 1).float() / 255 - MEAN) / DEVIATION


@torch.no_grad()
def blocks(visual, images):
    """A mean and a deviation for each of the four stages, [images, width]."""
    outputs = []
    hooks = [getattr(visual, f"layer{i}").register_forward_hook(
        lambda _, __, x: outputs.append(x.flatten(2).transpose(1, 2))) for i in (1, 2, 3, 4)]
    visual(images)
    for hook in hooks:
        hook.remove()
    return [(mean(x), deviation(x, 0)) for x in outputs]


def main():
    torch.set_num_threads(1)
    store = sqlite3.connect(f"file:{ROOT / 'Cache/artifacts.sqlite'}?mode=ro", uri=True)
    pipeline = "desktop-icons-ad-clip"
    p = parameters(store, pipeline, "projectors")
    clip, tokenizer = icon_clip()
    source, target = sys.argv[1].split("-")
    domain = StyledDomain(store, pipeline, target, p["scales"])
    classes = sorted(set(domain.names), key=str.encode)
    domain.labels = [classes.index(name) for name in domain.names]
    by_digest = dict(store.execute("SELECT image_sha256, image_path FROM block_statistics WHERE domain = ?", (target,)).fetchall())
    images = torch.stack([pixels(by_digest[digest.hex()]) for digest in domain.digests])
    exact = blocks(clip.visual, images)[-p["scales"]:]
    for number, (ours, theirs) in enumerate(zip(domain.blocks, exact)):
        for name, a, b in zip(("mean", "deviation"), ours, theirs):
            spread = b.std(0).clamp_min(b.std(0).mean() / 100)
            rounding = (b.half().float() - b).abs()
            print(f"block {number} {name}: rounding to half, relative to the channel's spread over images: mean "
                  f"{(rounding / spread).mean():.1e}, largest {(rounding / spread).max():.1e}; "
                  f"the store's from PyTorch's float32: mean {((a - b).abs() / spread).mean():.1e}, "
                  f"largest {((a - b).abs() / spread).max():.1e}; largest number {b.abs().max():.1f}")
    key, = store.execute(
        """SELECT key FROM pipelines WHERE pipeline = ? AND stage = 'projectors' AND cell ->> '$.source' = ?
           AND cell ->> '$.target' = ? AND cell ->> '$.seed' = 1""", (pipeline, source, target)).fetchone()
    state = {name: torch.from_numpy(np.frombuffer(vector, "<f4").copy()).reshape(json.loads(shape)) for name, shape, vector in
             store.execute("SELECT name, shape, vector FROM tensors WHERE key = ?", (key,)) if name != "n_imgctx"}
    projectors = Projectors([b[0].shape[1] for b in exact], clip.positional_embedding.shape[1], p["hiddenWidth"], p["styleHiddenWidth"],
                            p["imageTokens"], p["ownMixtures"])
    projectors.load_state_dict(state)
    prompts = Prompts(clip, tokenizer, classes, 2 * p["scales"] + p["imageTokens"])
    everything = range(len(domain.labels))
    print(f"{source} → {target}: accuracy with the store's float16 {accuracy(projectors, prompts, domain, everything):.2f} %")
    domain.blocks = exact
    print(f"{source} → {target}: accuracy with float32 {accuracy(projectors, prompts, domain, everything):.2f} %")


if __name__ == "__main__":
    main()
