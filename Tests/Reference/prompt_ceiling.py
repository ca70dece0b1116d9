"""How much a network could gain that learns to write source domains' prompts: accuracies on held-out source domains, in percent.
Made with Python 3.11, torch 2.13.0+cpu, numpy 2.4, safetensors 0.8.

    .build/release/spg run Pipelines/desktop-icons.yaml
    python Tests/Reference/prompt_ceiling.py        # some seconds

Of the five domains each two are left out in turn, one as a target that is never looked at, and the other, held out, is classified
with the prompts of the three that remain: averaged, each alone, and the best of them as the held-out labels tell.
"""
import sqlite3
from itertools import permutations
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch.nn import functional as F

from authors_procedure import CLIP, ROOT, SHAPE, Domain, Prompts, Tokenizer

PIPELINE = "desktop-icons"


@torch.no_grad()
def main():
    store = sqlite3.connect(f"file:{ROOT / 'Cache/artifacts.sqlite'}?mode=ro", uri=True)
    ask = lambda sql, *values: store.execute(sql, values).fetchall()
    names = [name for name, in ask(
        "SELECT DISTINCT cell ->> 'target' FROM pipelines WHERE pipeline = ? AND stage = 'spg' ORDER BY 1", PIPELINE)]
    domains = {name: Domain(store, PIPELINE, name) for name in names}
    classes = sorted({name for domain in domains.values() for name in domain.names}, key=str.encode)
    weights = {name: t.float() for name, t in load_file(ROOT / "Models/icon-clip/icon-clip.safetensors").items()}
    clip = CLIP(weights["token_embedding.weight"].shape[0], **SHAPE)
    clip.load_state_dict(weights)
    clip.eval().requires_grad_(False)
    encode = Prompts(clip, Tokenizer.read(Path(ROOT) / "Models/icon-clip/merges.txt"), classes, "an icon of a", 4)
    learned = {(domain, seed): torch.from_numpy(np.frombuffer(vectors, "<f4").reshape(4, -1).copy())
               for domain, seed, vectors in ask(
                   "SELECT domain, seed, vectors FROM prompts JOIN pipelines USING (key) WHERE pipeline = ?", PIPELINE)}
    texts = {key: encode(context) for key, context in learned.items()}
    plain = encode(encode.start)

    found = {}
    for seed in sorted({seed for _, seed in learned}):
        for held, target in permutations(names, 2):
            sources = [name for name in names if name not in (held, target)]
            truth = torch.tensor([classes.index(name) for name in domains[held].names])
            right = lambda text: (domains[held].features @ text.T).argmax(1) == truth
            each = torch.stack([right(texts[name, seed]) for name in sources]).float()
            average = encode(torch.stack([learned[name, seed] for name in sources]).mean(0))
            for title, value in {
                "zero-shot": right(plain).float().mean(), "the sources' prompts averaged": right(average).float().mean(),
                "one source's prompt": each.mean(), "the best for the domain": each.mean(1).max(),
                "the best for each image": each.max(0).values.mean(),
                "the domain's own": right(texts[held, seed]).float().mean(),
            }.items():
                found.setdefault(title, []).append(100 * value.item())
    for title, values in found.items():
        print(f"{title:32}{np.mean(values):.2f}")


main()
