"""What SPG's authors publish and save, in small, and whether PyTorch takes what we export.
Python 3.11, torch 2.13.0+cpu, numpy 2.4, pillow.

    python Tests/Reference/authors_artifacts.py fixtures          writes Tests/Fixtures/authors
    python Tests/Reference/authors_artifacts.py exchange FOLDER CHECKPOINT

The fixtures are prompt_label.pt, a float16 view of a larger tensor on "cuda:0", as the published prompt labels are;
module.pt, a whole module of a class that only their code has; golden.json, the prompts of a generator in evaluation mode
with weights, moments, noise and features that Swift draws from the same addresses.

`exchange` learns prompts and a generator from pictures of noise, with .build/release, a CLIP such as Models/icon-clip and a
new FOLDER. A module of the authors' layout has to take the exported state dict as it is; what PyTorch saves again is
imported, and has the same bits.
"""
import json
import sqlite3
import subprocess
import sys
import types
import zipfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

from random_stream import uniform

root = Path(__file__).resolve().parents[2]
FEATURES, LATENT, LENGTH, WIDTH, IMAGES, SEED = 32, 8, 2, 64, 3, 5


class Generator(nn.Module):
    """The layers of the authors' generator, in a Sequential called `model`."""

    def __init__(self, inputs, outputs):
        super().__init__()
        sizes, layers = [inputs, 128, 256, 512, 1024], []
        for i in range(4):
            layers.append(nn.Linear(sizes[i], sizes[i + 1]))
            if i > 0:
                layers.append(nn.BatchNorm1d(sizes[i + 1], 0.8))
            layers.append(nn.LeakyReLU(0.2, inplace=True))
        self.model = nn.Sequential(*layers, nn.Linear(1024, outputs), nn.Tanh())


def on_device(path, device):
    """Says in an archive's pickle that its storages lie on a device that this machine need not have."""
    with zipfile.ZipFile(path) as archive:
        members = [(i.filename, archive.read(i)) for i in archive.infolist()]
    old, new = (b"X" + len(d).to_bytes(4, "little") + d.encode() for d in ("cpu", device))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content.replace(old, new) if name.endswith("data.pkl") else content)


def fixtures():
    folder = root / "Tests/Fixtures/authors"
    folder.mkdir(exist_ok=True)
    # What stands before the class names of token embeddings [SOS, v1, v2, name, EOS].
    tokens = torch.from_numpy(2 * uniform(SEED, "tokens", shape=[5, WIDTH]) - 1).half()
    torch.save(tokens[1:1 + LENGTH], folder / "prompt_label.pt")
    on_device(folder / "prompt_label.pt", "cuda:0")

    theirs = types.ModuleType("trainers.spg_cgan")
    sys.modules["trainers"], sys.modules["trainers.spg_cgan"] = types.ModuleType("trainers"), theirs
    whole = type("Generator", (nn.Module,), {"__module__": "trainers.spg_cgan"})
    theirs.Generator = whole
    module = whole()
    module.model = nn.Sequential(nn.Linear(2, 2))
    torch.save(module, folder / "module.pt")

    generator = Generator(LATENT + FEATURES, LENGTH * WIDTH).eval()
    linears = [m for m in generator.model if isinstance(m, nn.Linear)]
    norms = [m for m in generator.model if isinstance(m, nn.BatchNorm1d)]
    with torch.no_grad():
        for layer, linear in enumerate(linears):
            (outputs, inputs), count = linear.weight.shape, linear.weight.numel()
            u = uniform(SEED, "generator weights", layer, shape=[count + outputs])
            bounds = np.float32(np.sqrt(6 / inputs)), np.float32(1 / np.sqrt(inputs))
            linear.weight.copy_(torch.from_numpy((2 * u[:count] - 1).reshape(outputs, inputs) * bounds[0]))
            linear.bias.copy_(torch.from_numpy((2 * u[count:] - 1) * bounds[1]))
        for layer, norm in enumerate(norms):
            u = torch.from_numpy(uniform(SEED, "norms", layer, shape=[4, norm.num_features]))
            norm.weight.copy_(u[0] + 0.5)
            norm.bias.copy_(u[1] - 0.5)
            norm.running_mean.copy_(u[2] - 0.5)
            norm.running_var.copy_(u[3] + 0.5)
        noise = torch.from_numpy(2 * uniform(SEED, "noise", shape=[IMAGES, LATENT]) - 1)
        features = torch.from_numpy(2 * uniform(SEED, "features", shape=[IMAGES, FEATURES]) - 1)
        features = features / features.norm(dim=-1, keepdim=True)
        prompts = generator.model(torch.cat((noise, features), -1))
    golden = {"prompts": [[round(x, 7) for x in row] for row in prompts.double().tolist()]}
    (folder / "golden.json").write_text(json.dumps(golden) + "\n")


def exchange(folder, checkpoint):
    def run(program, *arguments):
        return subprocess.run(
            [root / ".build/release" / program, *arguments, "--store", folder / "store.sqlite"], capture_output=True, text=True)

    def spg(*arguments):
        return run("spg", *arguments)

    def made(program, *arguments):
        outcome = run(program, *arguments, "--checkpoint", checkpoint)
        assert outcome.returncode == 0, outcome.stderr
        return outcome.stdout.strip()

    def imported(subject, file, domains):
        return made("spg", "import", subject, "--file", file, *[f"--embeddings={d}" for d in domains])

    for domain in ["ink", "oil"]:
        for i in range(16):
            path = folder / "data" / domain / ["cat", "dog"][i % 2] / f"{i}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray((255 * uniform(i, domain, shape=[64, 64, 3])).astype(np.uint8)).save(path)
    made("spg-extract", "--data", folder / "data")
    for domain in ["ink", "oil"]:
        made("spg-fit", "--embeddings", domain, "--epochs", "2", "--batch-size", "4")
    made("spg-cgan", *[f"--embeddings={d}" for d in ["ink", "oil"]], "--prompts=coop/ink", "--prompts=coop/oil", "--epochs", "3",
         "--batch-size", "4")

    database = sqlite3.connect(folder / "store.sqlite")

    def prompt(key):
        vectors, width = database.execute("SELECT vectors, width FROM prompts WHERE key = ?", (key,)).fetchone()
        return torch.from_numpy(np.frombuffer(vectors, "<f4").reshape(-1, width).copy())

    def tensors(key):
        rows = database.execute("SELECT name, shape, vector FROM tensors WHERE key = ?", (key,))
        return {n: torch.from_numpy(np.frombuffer(v, "<f4").reshape(json.loads(s)).copy()) for n, s, v in rows}

    # Prompts: ours as theirs are loaded; and in float16, as a view, back into the store.
    key, = database.execute("SELECT key FROM prompts WHERE method = 'coop' AND domain = 'ink'").fetchone()
    ours = folder / "Small_CoOp_i.pt"
    assert spg("export", "prompt", key, "--output", ours).returncode == 0
    loaded = torch.load(ours, weights_only=True)
    assert type(loaded) is torch.Tensor and loaded.dtype == torch.float32 and torch.equal(loaded, prompt(key))
    assert torch.equal(prompt(imported("prompt", ours, ["ink"])), loaded)
    half = torch.cat((torch.zeros(1, loaded.shape[1]), loaded, torch.ones(9, loaded.shape[1]))).half()
    torch.save(half[1:1 + len(loaded)], folder / "half.pt")
    on_device(folder / "half.pt", "cuda:0")
    assert torch.equal(prompt(imported("prompt", folder / "half.pt", ["ink"])), loaded.half().float())
    print(f"prompt: torch.load(weights_only=True) gives {list(loaded.shape)}, the store's bits; float16 views come back")

    # Generators: a module of the authors' layout takes ours as it is, and what it saves is ours again.
    key, = database.execute("SELECT key FROM generators WHERE method = 'spg' AND domain = 'ink+oil'").fetchone()
    assert spg("export", "generator", key, "--output", folder / "ours.pt").returncode == 0
    state = torch.load(folder / "ours.pt", weights_only=True)
    module = Generator(state["model.0.weight"].shape[1], len(state["model.11.bias"]))
    assert str(module.load_state_dict(state)) == "<All keys matched successfully>"
    assert {n: t.shape for n, t in module.state_dict().items() if "num_batches" not in n} == {n: t.shape for n, t in state.items()}
    torch.save(module.state_dict(), folder / "theirs.pt")
    torch.save({"state_dict": module.state_dict(), "epoch": 3, "val_result": None}, folder / "model-best.pth.tar")
    for file in ["theirs.pt", "model-best.pth.tar"]:
        found = tensors(imported("generator", folder / file, ["ink", "oil"]))
        assert found.keys() == state.keys() and all(torch.equal(found[n], state[n]) for n in state), file
    print(f"generator: load_state_dict takes all {len(state)} tensors; state dicts and checkpoints with one come back")

    torch.save(module, folder / "best_val.pt")
    outcome = spg(
        "import", "generator", "--checkpoint", checkpoint, "--file", folder / "best_val.pt", "--embeddings=ink")
    assert outcome.returncode == 65 and "torch.save(model.state_dict()" in outcome.stderr, outcome.stderr
    print("a whole module is refused:\n" + outcome.stderr)


if sys.argv[1] == "fixtures":
    fixtures()
else:
    exchange(Path(sys.argv[2]), sys.argv[3])
