"""Files that PyTorch and transformers write, and golden values, for the tests of checkpoint formats.

    python3 Tests/Reference/checkpoint_fixtures.py

Writes Tests/Fixtures/checkpoints: openai.pt (a TorchScript archive with a vision transformer, half precision,
"cuda:0"), wrapped.pt (a training checkpoint of a ResNet, with "state_dict" and "module."), tensors.pt (types and
views), prompt.pt (a lone tensor), legacy.pt (what PyTorch before 1.6 wrote), golden.json. Models whose weights come by
formula are given by their shapes alone. Made with PyTorch 2.13.0 (CPU), transformers 5.23.0, NumPy 2.
"""

import json
import zipfile
from pathlib import Path

import torch
from torch import nn
from transformers import CLIPConfig, CLIPModel

from clip_model import CLIP, ModifiedResNet, VisionTransformer, fill, pixels, weight

folder = Path(__file__).parent.parent / "Fixtures" / "checkpoints"
folder.mkdir(exist_ok=True)
vocabulary = 516  # 512, two merges, start, end
tokens = torch.tensor([[514, 5, 300, 515], [514, 70, 71, 515]])


class Bag(nn.Module):
    """Parameters by their dotted names, as attributes of nested modules: what OpenAI's archives consist of."""

    def __init__(self, weights):
        super().__init__()
        groups = {}
        for name, value in weights.items():
            first, _, rest = name.partition(".")
            if rest:
                groups.setdefault(first, {})[rest] = value
            elif value.is_floating_point():
                self.register_parameter(first, nn.Parameter(value, requires_grad=False))
            else:
                self.register_buffer(first, value)
        for name, inner in groups.items():
            self.add_module(name, Bag(inner))

    def forward(self, x):
        return x


def unit(x):
    return [[round(float(v), 7) for v in row] for row in x / x.norm(dim=-1, keepdim=True)]


def golden(model, resolution):
    images = pixels(2, resolution).permute(0, 3, 1, 2)
    return {
        "resolution": resolution, "imageFeatures": unit(model.visual(images)[0]),
        "textFeatures": unit(model.encode_text(tokens)), "logitScale": float(model.logit_scale.exp()),
    }


def on_device(path, device):
    """Rewrites a file as if its storages had been on a device."""
    old, members = b"X\x03\x00\x00\x00cpu", []
    with zipfile.ZipFile(path) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    new = b"X" + len(device).to_bytes(4, "little") + device.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members:
            if name.endswith("data.pkl"):
                assert old in content
                content = content.replace(old, new)
            archive.writestr(zipfile.ZipInfo(name), content)


results = {"tokens": tokens.tolist()}
with torch.no_grad():
    # OpenAI's form. The two encoders' layers share their weights, which keeps the file small.
    model = CLIP(VisionTransformer(16, 8, 64, 1, 32), vocabulary, context=8, width=64, layers=1, dimension=32)
    fill(model)
    model.half().float()
    model.transformer = model.visual.transformer
    results["openai"] = golden(model, 16)
    weights = {name: value.half() for name, value in model.state_dict().items()}
    for name in list(weights):
        if name.startswith("transformer."):
            weights[name] = weights["visual." + name]
    weights["visual.transformer.resblocks.0.attn_mask"] = torch.zeros(3, 3)
    weights |= {"input_resolution": torch.tensor(16), "context_length": torch.tensor(8)}
    weights |= {"vocab_size": torch.tensor(vocabulary)}
    torch.jit.script(Bag(weights)).save(str(folder / "openai.pt"))
    on_device(folder / "openai.pt", "cuda:0")

    # A training checkpoint of a model on several devices.
    model = CLIP(ModifiedResNet((1, 1, 1, 1), 2, 64, 32), vocabulary, context=8, width=64, layers=1, dimension=32)
    fill(model)
    model.half().float()
    results["wrapped"] = golden(model, 64)
    weights = {"module." + name: value for name, value in model.half().state_dict().items()}
    training = {"epoch": 3, "name": "RN", "state_dict": weights, "optimizer": {"state": {}, "lr": 1e-3}}
    torch.save(training, folder / "wrapped.pt")

    # open_clip's models differ by the exact GELU; weights by formula.
    model = CLIP(VisionTransformer(16, 8, 64, 2, 32), vocabulary, context=8, width=64, layers=2, dimension=32)
    results["openCLIP"] = {"shapes": fill(model)}

    # transformers' model, weights by formula under its own names.
    tower = dict(hidden_size=64, intermediate_size=256, num_attention_heads=1, projection_dim=32)
    config = CLIPConfig(
        text_config=dict(
            tower, vocab_size=vocabulary, num_hidden_layers=2, max_position_embeddings=8, bos_token_id=514,
            eos_token_id=515),
        vision_config=dict(tower, num_hidden_layers=1, image_size=16, patch_size=8), projection_dim=32)
    model = CLIPModel(config).eval()
    shapes = {name: list(value.shape) for name, value in model.state_dict().items()}
    model.load_state_dict({name: weight(name, shape) for name, shape in shapes.items()})
    images = model.visual_projection(model.vision_model(pixels(2, 16).permute(0, 3, 1, 2)).pooler_output)
    texts = model.text_projection(model.text_model(tokens).pooler_output)
    results["huggingFace"] = {
        "shapes": shapes, "config": config.to_json_string(use_diff=False), "resolution": 16,
        "imageFeatures": unit(images), "textFeatures": unit(texts), "logitScale": float(model.logit_scale.exp()),
    }

# Types, and views of storages.
base = torch.arange(24, dtype=torch.float32).reshape(4, 6) / 4
torch.save({
    "half": base.half(), "bfloat16": base.bfloat16(), "float": base, "transposed": base.t(), "part": base[1:3, 2:5],
    "column": base.half()[:, 1], "scalar": torch.tensor(2.5), "empty": torch.zeros(0, 3),
    "parameter": nn.Parameter(base),
    "double": base.double(), "long": torch.arange(3), "list": [base, {"inner": base[0]}],
}, folder / "tensors.pt")
torch.save(torch.zeros(1).expand(500), folder / "repeated.pt")

# A learned prompt: rows 1 to 4 of a larger storage, with an attribute of its own, from the sixth GPU.
prompt = (torch.arange(3 * 9 * 16, dtype=torch.float32) / 64).half().reshape(3, 9, 16)[0, 1:5]
prompt.note = "a prompt"
torch.save(prompt, folder / "prompt.pt")
on_device(folder / "prompt.pt", "cuda:5")
torch.save({"a": base}, folder / "legacy.pt", _use_new_zipfile_serialization=False)

(folder / "golden.json").write_text(json.dumps(results, separators=(",", ":")) + "\n")
