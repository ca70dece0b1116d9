"""Checkpoints of CoOp's, CoCoOp's, MaPLe's and VPT's code: small ones of theirs to be read, and whether their code takes ours.
Python 3.11, torch 2.13.0+cpu, numpy 2.4, pillow.

    python Tests/Reference/prompt_learners.py fixtures          writes Tests/Fixtures/prompt-learners
    python Tests/Reference/prompt_learners.py exchange FOLDER CHECKPOINT

The fixtures are training checkpoints as Dassl saves them, `model.pth.tar-N`: state dicts of a `prompt_learner` with its buffers,
and beside them an optimizer's state and a learning rate schedule that holds another one and the optimizer as objects.

`exchange` learns prompts from pictures of noise with .build/release, a CLIP and a new FOLDER: with Models/icon-clip CoOp's and
CoCoOp's, with Models/icon-clip-vit VPT's and MaPLe's, too. Modules of the authors' layout load what we export the way their
`load_model` does, and what they save is imported: the same bits.
"""
import json
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from torch import nn

from random_stream import uniform

root = Path(__file__).resolve().parents[2]


class ConstantWarmup(torch.optim.lr_scheduler.LRScheduler):
    """A constant rate, then another schedule: what Dassl puts in front of the cosine, with its attributes."""

    def __init__(self, optimizer, successor, warmup_epoch, cons_lr):
        self.successor, self.warmup_epoch, self.cons_lr = successor, warmup_epoch, cons_lr
        super().__init__(optimizer)

    def get_lr(self):
        return [self.cons_lr for _ in self.base_lrs] if self.last_epoch < self.warmup_epoch else self.successor.get_last_lr()

    def step(self, epoch=None):
        if self.last_epoch < self.warmup_epoch:
            super().step()
        else:
            self.successor.step()
            self._last_lr = self.successor.get_last_lr()


class CoOp(nn.Module):
    """The parameters and buffers of CoOp's prompt learner."""

    def __init__(self, context, classes, rest):
        super().__init__()
        self.ctx = nn.Parameter(context)
        width = context.shape[-1]
        self.register_buffer("token_prefix", torch.zeros(classes, 1, width))
        self.register_buffer("token_suffix", torch.zeros(classes, rest, width))


class CoCoOp(CoOp):
    """Those of CoCoOp's."""

    def __init__(self, context, classes, rest, features):
        super().__init__(context, classes, rest)
        self.meta_net = nn.Sequential()
        self.meta_net.add_module("linear1", nn.Linear(features, features // 16))
        self.meta_net.add_module("relu", nn.ReLU(inplace=True))
        self.meta_net.add_module("linear2", nn.Linear(features // 16, context.shape[-1]))


def tensors(named):
    """A module with parameters by names with dots in them."""
    module = nn.Module()
    for name, value in named.items():
        *path, last = name.split(".")
        part = module
        for step in path:
            if step not in part._modules:
                part.add_module(step, nn.Module())
            part = part._modules[step]
        part.register_parameter(last, nn.Parameter(value))
    return module


def maple(length, depth, width, wide):
    """The parameters of MaPLe's model, prompts in `depth` layers; of the encoders in its state dict a bit."""
    named = {"prompt_learner.ctx": random(length, width, name="maple"), "image_encoder.proj": random(wide, 2, name="proj")}
    for part in ["proj"] + [f"compound_prompt_projections.{i}" for i in range(depth - 1)]:
        named[f"prompt_learner.{part}.weight"] = random(wide, width, name=part) / 8
        named[f"prompt_learner.{part}.bias"] = random(wide, name=part) / 8
    for i in range(depth - 1):
        named[f"prompt_learner.compound_prompts_text.{i}"] = random(length, width, name=f"maple {i}")
    module = tensors(named)
    module.prompt_learner.register_buffer("token_prefix", torch.zeros(3, 1, width))
    return module


def vpt(length, depth, wide):
    """The parameters of VPT's model."""
    named = {"image_encoder.VPT": random(length, wide, name="vpt"), "image_encoder.proj": random(wide, 2, name="proj")}
    for i in range(1, depth):
        named[f"image_encoder.transformer.resblocks.{i}.VPT_shallow"] = random(length, wide, name=f"vpt {i}")
    return tensors(named)


def train(module, epochs):
    """Two steps on something, and what is saved after them."""
    optimizer = torch.optim.SGD(module.parameters(), lr=0.002, momentum=0.9, weight_decay=5e-4)
    schedule = ConstantWarmup(optimizer, torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, float(epochs)), 1, 1e-5)
    for _ in range(2):
        optimizer.zero_grad()
        sum(p.square().sum() for p in module.parameters()).backward()
        optimizer.step()
        schedule.step()
    return {"state_dict": module.state_dict(), "epoch": epochs, "optimizer": optimizer.state_dict(),
            "scheduler": schedule.state_dict(), "val_result": None}


def load_model(module, path):
    """As the authors' trainers load: the buffers are left out, and what is missing is not asked for."""
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    state, epoch = checkpoint["state_dict"], checkpoint["epoch"]
    assert isinstance(epoch, int)
    for buffer in ("token_prefix", "token_suffix"):
        state.pop(buffer, None)
    outcome = module.load_state_dict(state, strict=False)
    buffers = ("token_prefix", "token_suffix", "image_encoder.proj")
    assert not outcome.unexpected_keys and all(k.endswith(buffers) for k in outcome.missing_keys), outcome
    return checkpoint


def random(*shape, name):
    return torch.from_numpy(uniform(3, name, shape=list(shape)) - np.float32(0.5))


def fixtures():
    folder = root / "Tests/Fixtures/prompt-learners"
    folder.mkdir(exist_ok=True)
    torch.manual_seed(1)  # of CoCoOp's network
    modules = {
        "coop": CoOp(random(4, 64, name="coop"), 3, 2), "class-specific": CoOp(random(3, 2, 64, name="specific"), 3, 2),
        "cocoop": CoCoOp(random(4, 64, name="cocoop"), 3, 2, 32), "maple": maple(2, 2, 64, 128), "vpt": vpt(3, 2, 128),
    }
    golden = {}
    for name, module in modules.items():
        if name in ("coop", "maple", "vpt"):
            module = module.half()  # as at their default precision
        torch.save(train(module, 10), folder / f"{name}.pth.tar-10")
        golden[name] = {k: [list(v.shape), round(v.double().sum().item(), 5)] for k, v in module.state_dict().items()}
        compress(folder / f"{name}.pth.tar-10")
    (folder / "golden.json").write_text(json.dumps(golden) + "\n")


def compress(path):
    """Leaves out what PyTorch pads its archives with, which would be most of a small one."""
    with zipfile.ZipFile(path) as archive:
        members = [(i.filename, archive.read(i)) for i in archive.infolist() if "/.data/" not in i.filename]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    torch.load(path, map_location="cpu", weights_only=False)


def exchange(folder, checkpoint):
    def run(program, *arguments):
        return subprocess.run(
            [root / ".build/release" / program, *arguments, "--store", folder / "store.sqlite"], capture_output=True, text=True)

    def made(program, *arguments):
        outcome = run(program, *arguments, "--checkpoint", checkpoint)
        assert outcome.returncode == 0, outcome.stderr
        return outcome.stdout.strip()

    from PIL import Image
    for domain in ["ink", "oil"]:
        for i in range(12):
            path = folder / "data" / domain / ["cat", "dog"][i % 2] / f"{i}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray((255 * uniform(i, domain, shape=[64, 64, 3])).astype(np.uint8)).save(path)
    made("spg-extract", "--data", folder / "data")
    common = ["--embeddings=ink", "--epochs=2", "--batch-size=4"]
    keys = {
        "prompt": made("spg-fit", "coop", *common),
        "class-specific prompt": made("spg-fit", "coop", *common, "--class-specific-contexts", "--class-token-position=middle"),
        "generator": made("spg-fit", "cocoop", *common),
    }
    with safe_open(next(Path(checkpoint).glob("*.safetensors")), "pt") as weights:
        if "visual.proj" in weights.keys():
            keys |= {"VPT generator": made("spg-fit", "vpt", *common, "--depth=3"),
                     "MaPLe generator": made("spg-fit", "maple", *common, "--depth=3")}
    database = sqlite3.connect(folder / "store.sqlite")

    def stored(key, kind):
        if kind == "prompt":
            vectors, width = database.execute("SELECT vectors, width FROM prompts WHERE key = ?", (key,)).fetchone()
            return {"ctx": torch.from_numpy(np.frombuffer(vectors, "<f4").reshape(-1, width).copy())}
        rows = database.execute("SELECT name, shape, vector FROM tensors WHERE key = ?", (key,))
        return {n: torch.from_numpy(np.frombuffer(v, "<f4").reshape(json.loads(s)).copy()) for n, s, v in rows}

    for name, key in keys.items():
        kind, ours = name.split()[-1], folder / f"{name.replace(' ', '-')}.pth.tar-2"
        outcome = run("spg", "export", kind, key, "--output", ours)
        assert outcome.returncode == 0, outcome.stderr
        values = stored(key, kind)
        if name == "VPT generator":
            module = vpt(8, 3, values["image_encoder.VPT"].shape[1])
        elif name == "MaPLe generator":
            module = maple(2, 3, *reversed(values["prompt_learner.proj.weight"].shape))
        elif kind == "generator":
            module = CoCoOp(torch.zeros(values["ctx"].shape), 2, 9, values["meta_net.linear1.weight"].shape[1])
        else:
            shape = [2, len(values["ctx"]) // 2, values["ctx"].shape[-1]] if name != kind else list(values["ctx"].shape)
            module = CoOp(torch.zeros(shape), 2, 9)
        loaded = load_model(module, ours)
        assert loaded["epoch"] == 2 and loaded["optimizer"] is None, loaded
        for n, tensor in values.items():
            assert torch.equal(module.state_dict()[n].reshape(tensor.shape), tensor), n
        # What their code saves after loading, with all that stands beside it, comes back.
        theirs = folder / f"theirs-{ours.name}"
        saved = train(module, 2)
        torch.save(saved, theirs)
        forms = ["--class-specific-contexts", "--class-token-position=middle"] if name == "class-specific prompt" else []
        back = stored(made("spg", "import", kind, "--file", theirs, "--embeddings=ink", *forms), kind)
        for n, tensor in back.items():
            assert torch.equal(saved["state_dict"][n].reshape(tensor.shape), tensor), n
        print(f"{name}: their load_model takes {len(values)} tensors of ours; their checkpoint comes back, the same bits")
    outcome = run("spg", "import", "prompt", "--checkpoint", checkpoint, "--embeddings=ink", "--file",
                  folder / "theirs-generator.pth.tar-2")
    assert outcome.returncode == 65 and "as a generator" in outcome.stderr, outcome.stderr


if sys.argv[1] == "fixtures":
    fixtures()
else:
    exchange(Path(sys.argv[2]), sys.argv[3])
