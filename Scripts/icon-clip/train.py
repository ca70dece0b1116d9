"""Train icon-clip on gathered icons (gather.py, leave_out.py) from scratch; goes on from a checkpoint if there is one.

    python train.py WORK OUTPUT --steps 9000
    python train.py WORK OUTPUT --steps 3800 --teacher ../../Models/icon-clip     # a vision transformer, from icon-clip

Logs zero-shot accuracy on VALIDATION_THEMES, which no training image comes from, and for information on
DesktopIcons; every choice was made on the former. OUTPUT gets the weights' moving average, as float16, of the step that
is best on validation. With a teacher, its text encoder is the model's own, as it is, and its image features are learned,
too: by itself a vision transformer needs more images than there are here.
"""
import argparse
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch.nn.attention import SDPBackend, sdpa_kernel

import bpe
import captions
from augment import SIDE, STYLES, augment, normalize
from evaluate import TEMPLATE, by_domain, desktop_icons, embed_images, embed_texts, load
from model import CLIP, SHAPE, VIT_SHAPE

VALIDATION_THEMES = {"yasis", "Nuovo"}
CONCEPTS, THEMES = 64, 3  # of a batch: so many concepts, each drawn by so many themes
ORDINARY = 5              # how much oftener concepts with ordinary words are drawn than well-known names without
MERGES = 4096
RATE, WARM_UP, COOL_DOWN, DECAY = 1.5e-3, 150, 0.35, 0.1  # COOL_DOWN: the share of steps in which the rate falls to 0
OTHER_STYLE = 0.3         # the target's weight of a caption that names the thing but another style
BY_NAME = 0.25            # the weight of the loss that draws images of one thing together
RATE_OF_VIT = 6e-4        # 1.5e-3 learns more slowly
AS_TEACHER = 10           # the weight of one minus the cosine to the teacher's feature of the same image
AVERAGE = 0.998
SEED = 1


class Icons:
    """The training icons by concept and theme, and batches of them."""

    def __init__(self, work):
        about = json.loads((work / "icons.json").read_text())
        left_out = set(json.loads((work / "left-out.json").read_text()))
        self.vocabulary = captions.Vocabulary()
        self.themes = json.loads(Path(__file__).with_name("themes.json").read_text())
        self.about = [dict(a, concepts=self.vocabulary.concepts(a["names"])) for a in about]
        self.validation = [i for i, a in enumerate(about) if a["theme"] in VALIDATION_THEMES]
        self.rows = [i for i, a in enumerate(about) if i not in left_out and a["theme"] not in VALIDATION_THEMES]
        self.drawn = {}
        for i in self.rows:
            for concept in self.about[i]["concepts"]:
                self.drawn.setdefault(concept, {}).setdefault(self.about[i]["theme"], []).append(i)
        self.drawn = {c: by for c, by in self.drawn.items() if len(by) >= 2}
        self.concepts = sorted(self.drawn)
        share = np.array([ORDINARY if c in self.vocabulary.phrases else min(len(self.drawn[c]), 10) ** 2 / 100 for c in self.concepts])
        self.share = share / share.sum()
        self.pixels = torch.from_numpy(np.load(work / "icons.npy"))

    def batch(self, step):
        """Images, captions and how well each caption fits each image; the same for the same step."""
        rng = np.random.default_rng([SEED, step])
        rows, asked = [], []
        for number in rng.choice(len(self.concepts), CONCEPTS, replace=False, p=self.share):
            concept = self.concepts[number]
            by_theme = self.drawn[concept]
            for theme in rng.choice(sorted(by_theme), THEMES, replace=len(by_theme) < THEMES):
                rows.append(int(rng.choice(by_theme[theme])))
                asked.append(concept)
        images, drawn_styles = augment(self.pixels[rows], torch.Generator().manual_seed(SEED * 1_000_003 + step))
        styles = [self.styles(self.about[row], drawn) for row, drawn in zip(rows, drawn_styles)]
        texts, named = [], []
        for row, concept, words in zip(rows, asked, styles):
            phrase = self.vocabulary.phrase(concept, self.about[row]["concepts"][concept], rng)
            text, style = captions.caption(phrase, words, rng)
            texts.append(text)
            named.append(style)
        same = torch.tensor([[c in self.about[row]["concepts"] for c in asked] for row in rows])
        styled = torch.tensor([[w is None or w in words for w in named] for words in styles])
        return images, texts, same * torch.where(styled, 1.0, OTHER_STYLE)

    def styles(self, about, drawn):
        """The words for how an image looks: what augmentation made of it, else what its theme makes of things."""
        if words := STYLES[drawn][1]:
            return words
        return ["symbolic", "simple"] if about["symbolic"] else self.themes[about["theme"]]["style"]

    def corpus(self):
        """Captions to learn merges from."""
        rng = np.random.default_rng(SEED)
        styles = [w for t in self.themes.values() for w in t["style"]] + [w for _, words in STYLES.values() for w in words]
        for concept in self.concepts:
            for number in rng.choice([i for by in self.drawn[concept].values() for i in by], 12):
                names = self.about[number]["concepts"][concept]
                yield captions.caption(self.vocabulary.phrase(concept, names, rng), styles, rng)[0]


class Validation:
    """Held-out themes' icons that ordinary words name: the share whose best concept is one of theirs."""

    def __init__(self, icons):
        self.concepts = sorted({c for i in icons.validation for c in icons.about[i]["concepts"]} & set(icons.vocabulary.phrases))
        members = [i for i in icons.validation if set(icons.about[i]["concepts"]) & set(self.concepts)]
        rgba = icons.pixels[members].permute(0, 3, 1, 2).float() / 255
        rgb = rgba[:, :3] * rgba[:, 3:] + 1 - rgba[:, 3:]
        self.images = normalize(F.interpolate(rgb, size=(SIDE, SIDE), mode="bicubic", antialias=True).clamp(0, 1))
        self.fits = torch.tensor([[c in icons.about[i]["concepts"] for c in self.concepts] for i in members])

    def accuracy(self, model, tokenizer):
        texts = embed_texts(model, tokenizer, [TEMPLATE.format(c) for c in self.concepts])
        best = (embed_images(model, self.images) @ texts.T).argmax(1)
        return round(100 * self.fits.gather(1, best[:, None]).float().mean().item(), 1)


def loss_of(image, text, logit_scale, fit):
    """Symmetric cross-entropy over captions that fit more or less, and images drawn together by what they show."""
    logits = logit_scale.exp() * image @ text.T
    contrast = lambda scores, target: F.cross_entropy(scores, target / target.sum(1, keepdim=True))
    loss = (contrast(logits, fit) + contrast(logits.T, fit.T)) / 2
    itself = torch.eye(len(image), dtype=torch.bool)
    others = (fit > 0).float().masked_fill(itself, 0)
    kin = others.maximum(others.T)
    alike = (image @ image.T / 0.1).masked_fill(itself, -1e4)
    has_kin = kin.sum(1) > 0
    return loss + BY_NAME * contrast(alike[has_kin], kin[has_kin])


def new_model(tokenizer, teacher):
    """icon-clip, or with a teacher its text encoder beside a vision transformer, which alone is trained."""
    model = CLIP(len(tokenizer.ids), **(VIT_SHAPE if teacher else SHAPE)).to(memory_format=torch.channels_last)
    if teacher:
        for name, parameter in model.named_parameters():
            if not name.startswith("visual."):
                parameter.data.copy_(teacher.state_dict()[name])
                parameter.requires_grad_(False)
    return model


def export(state, tokenizer, folder):
    """float16, which every value must survive."""
    folder.mkdir(parents=True, exist_ok=True)
    half = {name: tensor.half().contiguous() for name, tensor in state.items() if "num_batches_tracked" not in name}
    assert all(tensor.isfinite().all() for tensor in half.values()), "float16 overflows"
    file = folder / ("icon-clip-vit.safetensors" if "visual.proj" in half else "icon-clip.safetensors")
    save_file(half, file.with_suffix(".partial"), metadata={"format": "pt"})
    file.with_suffix(".partial").rename(file)
    tokenizer.write(folder / "merges.txt")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--steps", type=int, default=9000)
    parser.add_argument("--teacher", type=Path, help="the folder of the icon-clip that a vision transformer is to learn from")
    parser.add_argument("--every", type=int, default=500, help="steps between evaluations and checkpoints")
    options = parser.parse_args()
    torch.set_num_threads(2)
    torch.manual_seed(SEED)

    icons = Icons(options.work)
    if options.teacher:
        teacher, tokenizer = load(options.teacher)
        teacher = teacher.eval().requires_grad_(False).to(memory_format=torch.channels_last)
    else:
        teacher, tokenizer = None, bpe.Tokenizer(bpe.learn(icons.corpus(), MERGES))
    model = new_model(tokenizer, teacher)
    average = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    learned = [p for p in model.parameters() if p.requires_grad]
    decayed = [p for p in learned if p.ndim > 1]
    others = [p for p in learned if p.ndim <= 1]
    optimizer = torch.optim.AdamW([{"params": decayed, "weight_decay": DECAY}, {"params": others, "weight_decay": 0}],
                                  lr=RATE, betas=(0.9, 0.98), eps=1e-6)
    first, best, checkpoint = 0, 0.0, options.output / "checkpoint.pt"
    if checkpoint.exists():
        saved = torch.load(checkpoint)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        average, first, best = saved["average"], saved["step"], saved.get("best", 0.0)
    judged = new_model(tokenizer, teacher)
    validation, benchmark = Validation(icons), desktop_icons()
    print(f"{len(icons.rows)} icons, {len(icons.concepts)} concepts, {len(tokenizer.rank)} merges, "
          f"{sum(t.numel() for t in average.values()) / 1e6:.2f} M parameters, {len(validation.images)} validation icons "
          f"of {len(validation.concepts)} concepts", flush=True)

    highest = RATE_OF_VIT if teacher else RATE
    started, losses = time.monotonic(), []
    for step in range(first, options.steps):
        rate = highest * min(1, (step + 1) / WARM_UP, (options.steps - step) / (COOL_DOWN * options.steps))
        for group in optimizer.param_groups:
            group["lr"] = rate
        images, texts, fit = icons.batch(step)
        tokens = torch.tensor([tokenizer.encode(text, SHAPE["context_length"]) for text in texts])
        model.train()
        # For sequences this short the plain attention is the fastest.
        with torch.autocast("cpu", torch.bfloat16), sdpa_kernel(SDPBackend.MATH):
            image, text = model.encode_image(images), model.encode_text(tokens)
            taught = teacher.encode_image(images) if teacher else None
        loss = loss_of(image, text, model.logit_scale, fit)
        if teacher:
            loss = loss + AS_TEACHER * (1 - (image * taught).sum(1)).mean()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learned, 1.0)
        optimizer.step()
        with torch.no_grad():
            model.logit_scale.clamp_(max=math.log(100))
            keep = min(AVERAGE, (step + 1) / (step + 10))
            for name, tensor in model.state_dict().items():
                if tensor.is_floating_point():
                    average[name].lerp_(tensor, 1 - keep)
        losses.append(loss.item())

        done = step + 1
        if done % 50 == 0:
            pace = (done - first) / (time.monotonic() - started)
            print(f"step {done} loss {np.mean(losses[-50:]):.3f} scale {model.logit_scale.exp():.1f} "
                  f"{pace:.2f} steps/s, {(options.steps - done) / pace / 60:.0f} min left", flush=True)
        if done % options.every == 0 or done == options.steps:
            judged.load_state_dict(average)
            accuracy = validation.accuracy(judged, tokenizer)
            print(f"step {done} validation {accuracy} DesktopIcons {by_domain(judged, tokenizer, benchmark)}", flush=True)
            if accuracy > best:
                best = accuracy
                export(average, tokenizer, options.output)
            torch.save({"model": model.state_dict(), "average": average, "optimizer": optimizer.state_dict(), "step": done,
                        "best": best}, checkpoint.with_suffix(".partial"))
            checkpoint.with_suffix(".partial").rename(checkpoint)


if __name__ == "__main__":
    main()
