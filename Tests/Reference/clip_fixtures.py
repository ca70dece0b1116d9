"""Golden values for the tests of CLIP's image encoders and of the whole model.

    python3 Tests/Reference/clip_fixtures.py

Writes Tests/Fixtures/clip/resnet.json and vit.json: the model's shapes by name, and unit features of formula images and
of token rows. Made with PyTorch 2.13.0 (CPU), NumPy 2.
"""

import json
from pathlib import Path

import torch

from clip_model import CLIP, ModifiedResNet, VisionTransformer, fill, pixels

folder = Path(__file__).parent.parent / "Fixtures" / "clip"
merges = sum(1 for line in (folder / "merges.txt").read_text().splitlines() if not line.startswith("#version"))
vocabulary = 512 + merges + 2

small = {
    "resnet": ModifiedResNet(layers=(1, 2, 1, 1), width=16, resolution=64, dimension=32),
    "vit": VisionTransformer(resolution=32, patch=8, width=128, layers=2, dimension=32),
}
resolutions = {"resnet": 64, "vit": 32}

with torch.no_grad():
    for name, visual in small.items():
        model = CLIP(visual, vocabulary=vocabulary, context=8, width=64, layers=2, dimension=32)
        shapes = fill(model)
        images = pixels(3, resolutions[name])
        features, _ = model.visual(images.permute(0, 3, 1, 2))
        tokens = torch.tensor([[vocabulary - 2, 5, 300, vocabulary - 1], [vocabulary - 2, 70, 71, vocabulary - 1]])
        texts = model.encode_text(tokens)

        def unit(x):
            return [[round(float(v), 7) for v in row] for row in x / x.norm(dim=-1, keepdim=True)]

        fixture = {
            "resolution": resolutions[name], "shapes": shapes, "imageFeatures": unit(features),
            "imageLengths": [float(v) for v in features.norm(dim=-1)], "tokens": tokens.tolist(),
            "textFeatures": unit(texts), "logitScale": float(model.logit_scale.exp()),
        }
        (folder / f"{name}.json").write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
        print(name, "cosines", (features @ features.T / features.norm(dim=-1).outer(features.norm(dim=-1)))[0])
