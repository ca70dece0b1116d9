#!/usr/bin/env python3
"""Writes the prompt of an image with a generator that SPG exported, from the image's feature.

    spg export generator spg/oxygen+papirus/1 --output generator.safetensors
    python3 generator-prompt.py generator.safetensors feature.npy noise.npy prompt.npy

The feature is a unit vector [F]; noise is [Z], standard normal; the prompt is [M * width], M context vectors one after
another. Needs torch, NumPy and safetensors.
"""
import sys

import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn

weights, feature, noise, output = sys.argv[1:]
state = load_file(weights)
sizes = [state[f"model.{layer}.weight"].shape for layer in (0, 2, 5, 8, 11)]
layers = [nn.Linear(sizes[0][1], sizes[0][0]), nn.LeakyReLU(0.2)]
for outputs, inputs in sizes[1:4]:
    # As the authors have it: 0.8 stands in the place of BatchNorm's epsilon.
    layers += [nn.Linear(inputs, outputs), nn.BatchNorm1d(outputs, 0.8), nn.LeakyReLU(0.2)]
layers += [nn.Linear(sizes[4][1], sizes[4][0]), nn.Tanh()]

generator = nn.ModuleDict({"model": nn.Sequential(*layers)})
generator.load_state_dict(state, strict=False)
generator.eval()
inputs = np.concatenate([np.load(noise), np.load(feature)]).astype(np.float32)
with torch.no_grad():
    np.save(output, generator["model"](torch.from_numpy(inputs)[None])[0].numpy())
