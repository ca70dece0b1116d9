"""Prints Tests/Fixtures/spg.json: SPG's networks layer by layer and two whole training steps.
Made with Python 3.11, torch 2.13.0+cpu, numpy 2.4. Run: python Tests/Reference/spg.py > Tests/Fixtures/spg.json

Restates generator, discriminator, loss, order of steps and clipping as the paper's released trainer has them, on weights,
noise, batches and dropout masks that Swift draws from the same addresses.
"""
import json

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from random_stream import uniform

FEATURES, LATENT, LENGTH, WIDTH, BATCH, SEED = 16, 12, 4, 64, 8, 5
PROMPT = LENGTH * WIDTH


def linear(inputs, outputs, purpose, layer):
    module = nn.Linear(inputs, outputs)
    u = uniform(SEED, purpose + " weights", layer, shape=[outputs * inputs + outputs])
    w, b = u[: outputs * inputs].reshape(outputs, inputs), u[outputs * inputs:]
    with torch.no_grad():
        module.weight.copy_(torch.from_numpy((2 * w - 1) * np.float32(np.sqrt(6 / inputs))))
        module.bias.copy_(torch.from_numpy((2 * b - 1) * np.float32(1 / np.sqrt(inputs))))
    return module


class Dropout(nn.Module):
    """Inverted dropout whose mask comes from a stream given before each pass."""

    def forward(self, x):
        u = torch.from_numpy(uniform(SEED, *self.address, shape=list(x.shape)))
        return x * torch.where(u < 0.4, 0.0, 1 / 0.6)


def generator():
    sizes = [LATENT + FEATURES, 128, 256, 512, 1024, PROMPT]
    layers = []
    for i in range(5):
        layers.append(linear(sizes[i], sizes[i + 1], "generator", i))
        if 0 < i < 4:
            layers.append(nn.BatchNorm1d(sizes[i + 1], 0.8))
        layers.append(nn.LeakyReLU(0.2) if i < 4 else nn.Tanh())
    return nn.Sequential(*layers)


def discriminator():
    sizes = [PROMPT + FEATURES, 512, 512, 512, 1]
    layers = [linear(sizes[0], sizes[1], "discriminator", 0), nn.LeakyReLU(0.2)]
    for i in (1, 2):
        layers += [linear(sizes[i], sizes[i + 1], "discriminator", i), Dropout(), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers, linear(sizes[3], sizes[4], "discriminator", 3))


def batch(purpose, step, width):
    return torch.from_numpy(2 * uniform(SEED, purpose, step, shape=[BATCH, width]) - 1)


def unit(x):
    return x / x.norm(dim=-1, keepdim=True)


def summary(x):
    """Enough of a tensor to tell it from another: its norm, its sum and some elements."""
    flat = x.detach().double().reshape(-1)
    picks = [flat[(i * 7919) % len(flat)].item() for i in range(6)]
    return [flat.norm().item(), flat.sum().item()] + picks


def masks(d, *addresses):
    for layer, address in zip((layer for layer in d if isinstance(layer, Dropout)), addresses):
        layer.address = address


def clip(named, limit):
    for name, p in named:
        if p.grad.norm() > limit(name):
            nn.utils.clip_grad_norm_([p], limit(name))


def main():
    g, d = generator(), discriminator()
    mse = nn.MSELoss()
    result = {"torch": torch.__version__, "steps": []}

    # Layer by layer, on the first batch.
    features, noise = unit(batch("fake features", 0, FEATURES)), batch("noise", 0, LATENT)
    x = torch.cat((noise, features), -1)
    outputs = []
    for module in g:
        x = module(x)
        if isinstance(module, (nn.LeakyReLU, nn.Tanh)):
            outputs.append(summary(x))
    result["generator layers"] = outputs
    masks(d, ("dropout 0", 9, 0), ("dropout 1", 9, 0))
    y = torch.cat((x, features), -1)
    outputs = []
    for module in d:
        y = module(y)
        if isinstance(module, nn.LeakyReLU):
            outputs.append(summary(y))
    result["discriminator layers"] = outputs + [summary(y)]

    g, d = generator(), discriminator()
    g.train()
    optimizer_g = torch.optim.AdamW(g.parameters(), lr=2e-3, weight_decay=1e-4)
    optimizer_d = torch.optim.AdamW(d.parameters(), lr=2e-3, weight_decay=1e-4)
    for step in range(2):
        real_features = unit(batch("real features", step, FEATURES))
        real_prompts = 0.05 * batch("real prompts", step, PROMPT)
        fake_features, noise = unit(batch("fake features", step, FEATURES)), batch("noise", step, LATENT)

        # Swift scores real above fake in one batch: one mask of 2·BATCH rows, of which these are the halves.
        def half(layer, first):
            u = torch.from_numpy(uniform(SEED, f"dropout {layer}", 0, step, shape=[2 * BATCH, 512]))
            mask = torch.where(u < 0.4, 0.0, 1 / 0.6)
            return mask[:BATCH] if first else mask[BATCH:]

        def scores(prompts, features, first):
            x = F.leaky_relu(d[0](torch.cat((prompts, features), -1)), 0.2)
            x = F.leaky_relu(d[2](x) * half(0, first), 0.2)
            return d[8](F.leaky_relu(d[5](x) * half(1, first), 0.2))

        optimizer_d.zero_grad()
        d_real = mse(scores(real_prompts, real_features, True), torch.ones(BATCH, 1))
        d_real.backward()
        prompts = g(torch.cat((noise, fake_features), -1))
        d_fake = mse(scores(prompts.detach(), fake_features, False), torch.zeros(BATCH, 1))
        d_fake.backward()

        def limit_d(name):
            if name.startswith(("0.", "8.")):
                return 5
            return 0.5
        clip(d.named_parameters(), limit_d)
        optimizer_d.step()

        optimizer_g.zero_grad()
        masks(d, ("dropout 2", 0, step), ("dropout 3", 0, step))
        g_loss = mse(d(torch.cat((prompts, fake_features), -1)), torch.ones(BATCH, 1))
        g_loss.backward()

        def limit_g(name):
            if name.endswith("weight"):
                return 5e-2
            return 5 if name in ("9.bias", "11.bias") else 5e-7
        clip(g.named_parameters(), limit_g)
        optimizer_g.step()
        result["steps"].append({
            "generator loss": g_loss.item(), "discriminator loss": (d_real + d_fake).item(),
            "generator": [summary(p) for p in g.parameters()],
            "discriminator": [summary(p) for p in d.parameters()],
            "generator means": [summary(optimizer_g.state[p]["exp_avg"]) for p in g.parameters()],
            "discriminator means": [summary(optimizer_d.state[p]["exp_avg"]) for p in d.parameters()],
        })
    g.eval()
    with torch.no_grad():
        result["evaluated"] = summary(g(torch.cat((noise, fake_features), -1)))
    result["running"] = [summary(b) for n, b in g.named_buffers() if "running" in n]
    print(json.dumps(result, indent=1))


main()
