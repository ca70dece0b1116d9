"""Processor time of CoCoOp's training step in PyTorch, on one thread: icon-clip's text encoder, all classes of DesktopIcons.
Python 3.11, torch 2.13.0+cpu, safetensors 0.6.

    python Tests/Reference/cocoop_steps.py Models/icon-clip Data/desktop-icons/tango STEPS

Padded prompts, as the released code has them; features are random, which changes no time. Beside it:
`spg-fit cocoop --threads 1 --epochs 1` with `--profile`, over as many images.
"""
import os
import re
import sys
import time
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F

from clip_model import Transformer

torch.set_num_threads(1)
folder, data, steps = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
w = {k: v.float() for k, v in load_file(next(folder.glob("*.safetensors"))).items()}
width, context = w["token_embedding.weight"].shape[1], w["positional_embedding"].shape[0]
layers = 1 + max(int(k.split(".")[2]) for k in w if k.startswith("transformer.resblocks."))
model = Transformer(width, layers)
model.load_state_dict({k.removeprefix("transformer."): v for k, v in w.items() if k.startswith("transformer.")})
model.requires_grad_(False)
names = sorted(os.listdir(data))
features = w["text_projection"].shape[1]
# How many tokens a name has does not change the time of a padded prompt; one is taken for each word.
lengths = [len(re.findall("[a-z]+", n)) for n in names]
ends = torch.tensor([4 + n + 2 for n in lengths])
embedding = torch.randn(len(names), context, width) * 0.02
mask = torch.full((context, context), float("-inf")).triu(1)
ctx = nn.Parameter(torch.randn(4, width) * 0.02)
net = nn.Sequential(nn.Linear(features, features // 16), nn.ReLU(), nn.Linear(features // 16, width))
optimizer = torch.optim.SGD([ctx, *net.parameters()], lr=2e-3, momentum=0.9, weight_decay=5e-4)
images = F.normalize(torch.randn(steps + 5, features), dim=-1)


def step(i):
    shifted = ctx + net(images[i:i + 1])
    x = torch.cat([embedding[:, :1], shifted.expand(len(names), -1, -1), embedding[:, 5:]], 1) + w["positional_embedding"]
    x = model(x, mask)[0]
    x = F.layer_norm(x, (width,), w["ln_final.weight"], w["ln_final.bias"])[torch.arange(len(names)), ends]
    text = F.normalize(x @ w["text_projection"], dim=-1)
    loss = F.cross_entropy(w["logit_scale"].exp() * images[i:i + 1] @ text.t(), torch.tensor([i % len(names)]))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


for i in range(5):
    step(i)
start = time.process_time()
for i in range(steps):
    step(5 + i)
print(f"{1000 * (time.process_time() - start) / steps:.1f} ms of processor time for a step: {len(names)} classes of {context} tokens")
