"""A CLIP checkpoint as spg reads it: a file of weights or a folder with one, and configuration files beside it."""

import hashlib
import json
import pickle
import zipfile
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

# What a folder's weights are called by those who write several versions of the same: the first of these counts.
PREFERRED = [
    "model.safetensors", "model.safetensors.index.json", "open_clip_model.safetensors", "pytorch_model.bin",
    "pytorch_model.bin.index.json", "open_clip_pytorch_model.bin",
]
EXTENSIONS = {".safetensors", ".pt", ".pth", ".bin", ".ckpt"}
# What training wrappers write into the names of weights.
WRAPPERS = {"_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"}
# Names that every model's image encoder has, each with what its configuration file is called.
OPENAI, HUGGING_FACE = "visual.conv1.weight", "vision_model.embeddings.class_embedding"


class BadCheckpoint(Exception):
    """A checkpoint that cannot be encoded with, and why."""


class Checkpoint:
    """Its weights by name, without what training put before the names, and what says which bytes they are."""

    def __init__(self, path):
        file = weights_file(Path(path))
        self.folder = file.parent
        files = [file]
        if file.name.endswith(".index.json"):
            shards = sorted(set(json.loads(file.read_text())["weight_map"].values()))
            files += [file.parent / name for name in shards]
        self.digests = [sha256(part) for part in files]
        weights = {}
        for part in files[1:] or files:
            try:
                weights |= read(part)
            except (SafetensorError, RuntimeError, pickle.UnpicklingError, ValueError) as error:
                raise BadCheckpoint(f"{part} cannot be read: {error}") from None
        self.weights = self._stripped(weights, file)

    def _stripped(self, weights, file):
        weights = {".".join(part for part in name.split(".") if part not in WRAPPERS): value for name, value in weights.items()}
        for mark in (OPENAI, HUGGING_FACE):
            for name in sorted(weights, key=len):
                if name.endswith(mark) and (name == mark or name[:-len(mark)].endswith(".")):
                    before = len(name) - len(mark)
                    prefix, self.is_openai = name[:before], mark == OPENAI
                    return {name[before:]: value for name, value in weights.items() if name.startswith(prefix)}
        raise BadCheckpoint(f"{file} holds no image encoder of CLIP")

    def configuration(self, name):
        """A configuration file beside the weights; nothing where there is none."""
        file = self.folder / name
        return json.loads(file.read_text()) if file.exists() else {}


def weights_file(path):
    """The file of weights, or the index of several: the path itself, or what a folder holds."""
    if not path.is_dir():
        if not path.exists():
            raise BadCheckpoint(f"{path} does not exist")
        return path
    for name in PREFERRED:
        if (path / name).exists():
            return path / name
    found = sorted(file for file in path.iterdir() if file.suffix in EXTENSIONS)
    if len(found) != 1:
        names = ", ".join(file.name for file in found) or "none"
        raise BadCheckpoint(f"{path} holds {len(found)} files of weights ({names}); name one")
    return found[0]


def sha256(file):
    digest = hashlib.sha256()
    with open(file, "rb") as opened:
        while piece := opened.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def read(file):
    """The tensors of a file of safetensors, of torch.save, or of TorchScript, in float32."""
    if not zipfile.is_zipfile(file):
        weights = load_file(file)
    elif any(name.endswith("/constants.pkl") for name in zipfile.ZipFile(file).namelist()):
        weights = torch.jit.load(file, map_location="cpu").state_dict()
    else:
        weights = torch.load(file, map_location="cpu", weights_only=True)
        for key in ("state_dict", "model_state_dict", "model"):
            if isinstance(weights.get(key), dict):
                weights = weights[key]
                break
    return {name: value.float() for name, value in weights.items() if isinstance(value, torch.Tensor)}
