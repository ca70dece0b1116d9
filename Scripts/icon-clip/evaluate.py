"""Zero-shot accuracy on DesktopIcons, of a model in training or of a safetensors file.

    python evaluate.py ../../Models/icon-clip
"""
import csv
import sys
from pathlib import Path

import torch
from PIL import Image
from safetensors.torch import load_file

from augment import SIDE, normalize
from bpe import Tokenizer
from model import CLIP, SHAPE, VIT_SHAPE

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = "an icon of a {}."


def preprocess(image):
    """CLIP's: the short side to SIDE by bicubic resampling, the centre, normalised."""
    scale = SIDE / min(image.size)
    image = image.convert("RGB").resize([round(s * scale) for s in image.size], Image.BICUBIC)
    left, top = (image.width - SIDE) // 2, (image.height - SIDE) // 2
    image = image.crop((left, top, left + SIDE, top + SIDE))
    pixels = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8).view(SIDE, SIDE, 3)
    return normalize(pixels.permute(2, 0, 1) / 255)


def desktop_icons():
    """All images, the class of each as a number, the classes, and the domain of each."""
    folder = ROOT / "Data/desktop-icons"
    with open(folder / "manifest.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    classes = sorted({row["class"] for row in rows})
    images = torch.stack([preprocess(Image.open(folder / row["file"])) for row in rows])
    return images, torch.tensor([classes.index(row["class"]) for row in rows]), classes, [row["domain"] for row in rows]


@torch.no_grad()
def embed_images(model, images):
    model.eval()
    return torch.cat([model.encode_image(batch.contiguous(memory_format=torch.channels_last)) for batch in images.split(256)])


@torch.no_grad()
def embed_texts(model, tokenizer, texts):
    model.eval()
    return model.encode_text(torch.tensor([tokenizer.encode(text, SHAPE["context_length"]) for text in texts]))


def by_domain(model, tokenizer, benchmark):
    """Percent correct in each domain."""
    images, labels, classes, domains = benchmark
    texts = embed_texts(model, tokenizer, [TEMPLATE.format(c) for c in classes])
    correct = (embed_images(model, images) @ texts.T).argmax(1) == labels
    members = {d: torch.tensor([x == d for x in domains]) for d in dict.fromkeys(domains)}
    return {d: round(100 * correct[m].float().mean().item(), 1) for d, m in members.items()}


def load(folder):
    """The model, all weights accounted for, and its tokenizer."""
    [file] = folder.glob("*.safetensors")
    weights = {name: tensor.float() for name, tensor in load_file(file).items()}
    model = CLIP(weights["token_embedding.weight"].shape[0], **(VIT_SHAPE if "visual.proj" in weights else SHAPE))
    model.load_state_dict(weights)
    return model, Tokenizer.read(folder / "merges.txt")


if __name__ == "__main__":
    for domain, accuracy in by_domain(*load(Path(sys.argv[1])), desktop_icons()).items():
        print(f"{domain:10}{accuracy:6.1f}")
