"""Prints Tests/Fixtures/generators.json: the networks that write prompts without an adversary, and whole training steps of
theirs: SPG's regressor, DPSPG's two transformers and its negative prompt, and the flow in the span of the label prompts.
Made with Python 3.11, torch 2.13.0+cpu, numpy 2.4. Run: python Tests/Reference/generators.py > Tests/Fixtures/generators.json

Weights, noise, batches and dropout masks are those that Swift draws from the same addresses. DPSPG's encoder is PyTorch's own
`TransformerEncoder`; where its dropout has to drop what Swift drops, it is restated, and both are compared here without dropout.
"""
import json
import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from random_stream import uniform, words

FEATURES, LENGTH, WIDTH, BATCH, SEED, DOMAINS = 16, 4, 64, 8, 5, 3
PROMPT = LENGTH * WIDTH


def stream(purpose, *coordinates, shape):
    return torch.from_numpy(uniform(SEED, purpose, *coordinates, shape=shape))


def within(bound, purpose, *coordinates, shape):
    return (2 * stream(purpose, *coordinates, shape=shape) - 1) * bound


def normal(purpose, epoch, step, row, count):
    """Box–Muller over doubles, two words each, the lower one first; the sine half is not kept."""
    w = words(SEED, purpose, epoch, step, row, count=4 * count).astype(np.uint64)
    doubles = ((w[0::2] | w[1::2] << np.uint64(32)) >> np.uint64(11)).astype(np.float64) * 2.0**-53
    a, b = doubles[0::2], doubles[1::2]
    return (np.sqrt(-2 * np.log(1 - a)) * np.cos(2 * np.pi * b)).astype(np.float32)


def unit(x):
    return x / x.norm(dim=-1, keepdim=True)


def features(step):
    return unit(within(1, "features", step, shape=[BATCH, FEATURES]))


def labels(width, purpose="labels"):
    """What is to be written for images of each domain, and the batch's."""
    rows = 0.1 * within(1, purpose, shape=[DOMAINS, width])
    return rows, rows[[i % DOMAINS for i in range(BATCH)]]


def summary(x):
    """Enough of a tensor to tell it from another: its norm, its sum and some elements."""
    flat = x.detach().double().reshape(-1)
    return [flat.norm().item(), flat.sum().item()] + [flat[(i * 7919) % len(flat)].item() for i in range(6)]


def steps(parameters, loss, count=2):
    """Some steps of AdamW, and what they left."""
    parameters = list(parameters)
    optimizer = torch.optim.AdamW(parameters, lr=2e-3, weight_decay=1e-4)
    result = []
    for step in range(count):
        optimizer.zero_grad()
        value = loss(step)
        value.backward()
        optimizer.step()
        result.append({
            "loss": value.item(), "parameters": [summary(p) for p in parameters],
            "means": [summary(optimizer.state[p]["exp_avg"]) for p in parameters],
        })
    return result


# SPG's regressor: its generator's layers without noise

def he(inputs, outputs, purpose, layer):
    module = nn.Linear(inputs, outputs)
    u = stream(purpose + " weights", layer, shape=[outputs * inputs + outputs])
    with torch.no_grad():
        module.weight.copy_((2 * u[:outputs * inputs].reshape(outputs, inputs) - 1) * np.float32(math.sqrt(6 / inputs)))
        module.bias.copy_((2 * u[outputs * inputs:] - 1) * np.float32(1 / math.sqrt(inputs)))
    return module


def regressor():
    sizes, layers = [FEATURES, 128, 256, 512, 1024, PROMPT], []
    for i in range(5):
        layers.append(he(sizes[i], sizes[i + 1], "generator", i))
        if 0 < i < 4:
            layers.append(nn.BatchNorm1d(sizes[i + 1], 0.8))
        layers.append(nn.LeakyReLU(0.2) if i < 4 else nn.Tanh())
    network = nn.Sequential(*layers)
    made = steps(network.parameters(), lambda step: F.mse_loss(network(features(step)), labels(PROMPT)[1]))
    network.eval()
    return {"steps": made, "evaluated": summary(network(features(0)))}


# DPSPG's transformers

class Path(nn.Module):
    """The authors' encoder, with weights by address."""

    def __init__(self, name):
        super().__init__()
        f, hidden = FEATURES, 2048
        self.name = name
        self.transformer_encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(d_model=f, nhead=8), num_layers=4)
        self.fc = nn.Linear(f, PROMPT)
        weight = lambda number, shape, bound: within(np.float32(bound), name + " weights", number, shape=shape)
        with torch.no_grad():
            for layer in self.transformer_encoder.layers:
                # Queries and keys: any numbers, since they change nothing.
                layer.self_attn.in_proj_weight[2 * f:] = weight(0, [f, f], math.sqrt(6 / (4 * f)))
                layer.self_attn.in_proj_bias.zero_()
                layer.self_attn.out_proj.weight.copy_(weight(1, [f, f], f ** -0.5))
                layer.self_attn.out_proj.bias.zero_()
                layer.linear1.weight.copy_(weight(2, [hidden, f], f ** -0.5))
                layer.linear1.bias.copy_(weight(3, [hidden], f ** -0.5))
                layer.linear2.weight.copy_(weight(4, [f, hidden], hidden ** -0.5))
                layer.linear2.bias.copy_(weight(5, [f], hidden ** -0.5))
            self.fc.weight.copy_(weight(6, [PROMPT, f], f ** -0.5))
            self.fc.bias.copy_(weight(7, [PROMPT], f ** -0.5))
        # Values as parameters of their own: of in_proj they are all that changes the result.
        self.values = [(nn.Parameter(layer.self_attn.in_proj_weight[2 * f:].detach().clone()),
                        nn.Parameter(layer.self_attn.in_proj_bias[2 * f:].detach().clone()))
                       for layer in self.transformer_encoder.layers]

    def ordered(self):
        """The parameters in Swift's order."""
        result = []
        for layer, value in zip(self.transformer_encoder.layers, self.values):
            result += [*value, layer.self_attn.out_proj.weight, layer.self_attn.out_proj.bias, layer.norm1.weight,
                       layer.norm1.bias, layer.linear1.weight, layer.linear1.bias, layer.linear2.weight,
                       layer.linear2.bias, layer.norm2.weight, layer.norm2.bias]
        return result + [self.fc.weight, self.fc.bias]

    def restated(self, x, step=None):
        """The outputs of the layers, and the prompts; with Swift's dropout in a training step."""
        def dropped(x, layer, site, group=1):
            if step is None:
                return x
            kept = stream(self.name + " dropout", 0, step, 4 * layer + site, shape=[x.numel() // group]) >= 0.1
            return x * (kept.repeat_interleave(group).reshape(x.shape) / np.float32(0.9))

        outputs = []
        for i, (layer, value) in enumerate(zip(self.transformer_encoder.layers, self.values)):
            attended = dropped(F.linear(x, *value), i, 0, FEATURES // 8)
            x = layer.norm1(x + dropped(layer.self_attn.out_proj(attended), i, 1))
            h = dropped(F.relu(layer.linear1(x)), i, 2)
            x = layer.norm2(x + dropped(layer.linear2(h), i, 3))
            outputs.append(x)
        return outputs + [self.fc(x)]

    def forward(self, x):
        return self.fc(self.transformer_encoder(x.view(len(x), -1).unsqueeze(0)).squeeze(0))


def dual_path():
    paths = [Path("positive"), Path("negative")]
    _, taught = labels(2 * PROMPT)

    def loss(step):
        return sum(F.mse_loss(path.restated(features(step), step)[4], taught[:, i * PROMPT:(i + 1) * PROMPT])
                   for i, path in enumerate(paths))

    for path in paths:
        own, theirs = path.eval().restated(features(0))[4], path(features(0))
        assert (own - theirs).abs().max() < 1e-5, "the restatement is not PyTorch's encoder"
    layers = [[summary(x) for x in path.restated(features(0), step=9)] for path in paths]
    made = steps(paths[0].ordered() + paths[1].ordered(), loss)
    return {"layers": layers, "steps": made, "evaluated": [summary(path.restated(features(0))[4]) for path in paths]}


def negative_loss():
    """Binary cross-entropy against 1 − one-hot, the positive terms weighted by C − 1; one logit is far out."""
    logits = (4 * within(1, "logits", shape=[BATCH, 6])).requires_grad_()
    with torch.no_grad():
        logits[0, 1], logits[1, 2] = 120, -120
    truth = torch.arange(BATCH) % 6
    loss = F.binary_cross_entropy_with_logits(
        logits, 1 - F.one_hot(truth, 6).float(), pos_weight=torch.tensor([5.0]))
    loss.backward()
    return {"loss": loss.item(), "gradient": summary(logits.grad)}


# The flow

def flow():
    rows, _ = labels(PROMPT)
    mean, units = rows.double().mean(0), []
    for row in rows.double():
        x = row - mean
        for u in units:
            x = x - (x @ u) * u
        if x.norm() > 1e-5 * rows.double().norm():
            units.append(x / x.norm())
    units = torch.stack(units)
    scale = math.sqrt(((rows.double() - mean) ** 2).sum() / (len(rows) * len(units)))
    k = len(units)
    ends = ((rows.double() - mean) @ units.T / scale).float()[[i % DOMAINS for i in range(BATCH)]]
    sizes = [k + 8 + FEATURES, 256, 256, k]
    layers = [he(sizes[i], sizes[i + 1], "velocity", i) for i in range(3)]

    def velocity(x, t, f):
        angles = t[:, None] * math.pi * torch.tensor([1., 2., 4., 8.])
        waves = torch.stack([angles.sin(), angles.cos()], 2).flatten(1)
        h = F.gelu(layers[0](torch.cat([x, waves, f * math.sqrt(FEATURES)], 1)))
        return layers[2](F.gelu(layers[1](h)))

    def loss(step):
        noise = torch.from_numpy(np.stack([normal("flow noise", 0, step, row, k) for row in range(BATCH)]))
        t = stream("flow times", 0, step, shape=[BATCH])
        x = (1 - t[:, None]) * noise + t[:, None] * ends
        return F.mse_loss(velocity(x, t, features(step)), ends - noise)

    made = steps([p for layer in layers for p in (layer.weight, layer.bias)], loss)
    x, count = within(2, "start", shape=[BATCH, k]), 16
    with torch.no_grad():
        for step in range(count):
            x = x + velocity(x, torch.full([BATCH], step / count), features(0)) / count
    prompts = mean + scale * (x.double() @ units)
    return {"span": k, "coordinates": summary(ends), "steps": made, "drawn": summary(prompts)}


print(json.dumps({
    "torch": torch.__version__, "regressor": regressor(), "dual path": dual_path(), "negative loss": negative_loss(),
    "flow": flow(),
}, indent=None, separators=(",", ":")))
