"""The other sides of `make bench`: the same work done the usual way, with PyTorch or ONNX Runtime, and Pillow.

Reads a JSON object from each line of standard input and answers with one: a task (see Sources/Benchmarks/Measuring/
PeerTask.swift) is made ready and done once, and answered with numbers of its outcome; {"kind": "run", "clock": …} does it
again for a turn and is answered with the seconds that once took, and {"kind": "forget"} lets go of it. The models are those of Tests/Reference/clip_model.py.
"""

import argparse
import contextlib
import ctypes
import gc
import io
import json
import mmap
import platform
import struct
import sys
import tempfile
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import PIL
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Tests" / "Reference"))
from ad_clip_model import Projectors, losses  # noqa: E402
from clip_model import CLIP, ModifiedResNet, Transformer, VisionTransformer  # noqa: E402

MEAN = np.array([0.48145466, 0.4578275, 0.40821073], np.float32)
NUMBERS = {None: torch.float32, "float32": torch.float32, "bf16": torch.bfloat16}
DEVIATION = np.array([0.26862954, 0.26130258, 0.27577711], np.float32)


def tensors(path):
    """The tensors of a safetensors file, in float32."""
    with open(path, "rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    (length,) = struct.unpack("<Q", data[:8])
    result = {}
    for name, entry in json.loads(data[8 : 8 + length]).items():
        if name == "__metadata__":
            continue
        first, last = (8 + length + offset for offset in entry["data_offsets"])
        numbers = np.frombuffer(data[first:last], {"F32": np.float32, "F16": np.float16}[entry["dtype"]])
        result[name] = torch.from_numpy(numbers.astype(np.float32).reshape(entry["shape"]))
    return result


def autocast(task):
    """The usual way of computing in bfloat16, where a task asks for it."""
    return torch.autocast("cpu", torch.bfloat16, enabled=NUMBERS[task.get("precision")] == torch.bfloat16)


def members(weights, prefix):
    return len({name[len(prefix):].split(".")[0] for name in weights if name.startswith(prefix)})


def image_encoder(weights):
    weights = {name[len("visual."):]: w for name, w in weights.items() if name.startswith("visual.")}
    places = weights["positional_embedding" if "proj" in weights else "attnpool.positional_embedding"].shape[0]
    side = round((places - 1) ** 0.5)
    if "proj" in weights:
        width, dimension = weights["proj"].shape
        patch, layers = weights["conv1.weight"].shape[-1], members(weights, "transformer.resblocks.")
        encoder = VisionTransformer(side * patch, patch, width, layers, dimension)
    else:
        width, dimension = weights["layer1.0.conv1.weight"].shape[0], weights["attnpool.c_proj.weight"].shape[0]
        layers = [members(weights, f"layer{stage}.") for stage in (1, 2, 3, 4)]
        encoder = ModifiedResNet(layers, width, 32 * side, dimension)
    encoder.load_state_dict(weights, strict=False)
    return encoder.eval().requires_grad_(False)


class TextEncoder(nn.Module):
    """The text half of CLIP over embedded prompts, as CoOp's code has it."""

    def __init__(self, weights):
        super().__init__()
        vocabulary, width = weights["token_embedding.weight"].shape
        layers, dimension = members(weights, "transformer.resblocks."), weights["text_projection"].shape[1]
        length = len(weights["positional_embedding"])
        clip = CLIP(None, vocabulary, length, width, layers, dimension)
        clip.load_state_dict({k: v for k, v in weights.items() if not k.startswith("visual.")})
        self.clip = clip.eval().requires_grad_(False)
        self.scale = weights["logit_scale"].exp()
        self.register_buffer("mask", torch.full((length, length), float("-inf")).triu(1), persistent=False)

    def forward(self, prompts, ends, deeper=()):
        """deeper: context vectors that take the place of the first ones in the layers behind the first (MaPLe)."""
        x = prompts + self.clip.positional_embedding
        for i, block in enumerate(self.clip.transformer.resblocks):
            if 0 < i <= len(deeper):
                context = deeper[i - 1].expand(len(x), -1, -1)
                x = torch.cat([x[:, :1], context, x[:, 1 + context.shape[1]:]], 1)
            x = block(x, self.mask)
        x = self.clip.ln_final(x)
        return F.normalize(x[torch.arange(len(x)), ends] @ self.clip.text_projection, dim=-1)


class PromptLearner(nn.Module):
    """Context vectors between the embeddings of the start token and of the class names, as CoOp's code has it."""

    def __init__(self, prompts, encoder):
        super().__init__()
        embedding, length = encoder.clip.token_embedding, len(encoder.clip.positional_embedding)
        context, rows, ends = prompts["context"], [], []
        for name in prompts["classNames"]:
            row = [prompts["start"]] + context + name + prompts["fullStop"] + [prompts["end"]]
            ends.append(len(row) - 1)
            rows.append(row + [0] * (length - len(row)))
        embedded = embedding(torch.tensor(rows))
        self.ends = torch.tensor(ends)
        self.context = nn.Parameter(embedding(torch.tensor(context)).clone())
        self.register_buffer("prefix", embedded[:, :1])
        self.register_buffer("suffix", embedded[:, 1 + len(context):])

    def forward(self, context):
        return torch.cat([self.prefix, context.expand(len(self.prefix), -1, -1), self.suffix], 1)


def descend(optimizer, loss):
    """One step down a loss; what it was before."""
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return [loss.item()]


def product(task):
    x = tensors(task["inputs"])
    numbers = NUMBERS[task.get("precision")]
    a, b = x["a"].to(numbers), x["b"].to(numbers)

    def run():
        c = a @ b
        return [c[0, 0], c[-1, -1]]

    return run


def pixels(path, side):
    """Decoded and preprocessed: [side, side, 3]."""
    image = Image.open(path).convert("RGB")
    width, height = image.size
    short = min(width, height)
    image = image.resize((side * width // short, side * height // short), Image.Resampling.BICUBIC)
    left, top = round((image.width - side) / 2), round((image.height - side) / 2)
    values = np.asarray(image.crop((left, top, left + side, top + side)), np.float32)
    return (values / np.float32(255) - MEAN) / DEVIATION


def preprocess(task):
    def run():
        for _ in range(20):
            x = pixels(task["image"], task["side"])
        return [x[0, 0, 0], x[100, 50, 1], x[223, 223, 2], np.linalg.norm(x)]

    return run


class Encoder:
    """The image encoder of a checkpoint: pixels [n, 3, side, side] to features of unit length, both NumPy's."""

    def __init__(self, task, runtime, threads, side):
        model = image_encoder(tensors(task["checkpoint"]))
        self.session = session(model, side, threads) if runtime == "onnxruntime" else None
        self.model = None if self.session else model
        self.task = task

    @torch.inference_mode()
    def __call__(self, x):
        if self.session:
            features = torch.from_numpy(self.session.run(None, {"pixels": x})[0])
        else:
            # The last layer's numbers are bfloat16 then, as autocast leaves them.
            with autocast(self.task):
                features = self.model(torch.from_numpy(x))[0].float()
        return F.normalize(features, dim=-1).numpy()


class Features(nn.Module):
    """An encoder's features alone, for any number of images."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        return self.model(x)[0]


def session(model, side, threads):
    """A model in ONNX Runtime: exported, and optimised for this machine as it is loaded."""
    import onnxruntime

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = f"{folder}/model.onnx"
        # PyTorch's own fused attention has no counterpart in ONNX.
        torch.backends.mha.set_fastpath_enabled(False)
        with contextlib.redirect_stdout(io.StringIO()):
            torch.onnx.export(
                Features(model), (torch.zeros(2, 3, side, side),), path, dynamo=False, input_names=["pixels"],
                output_names=["features"], dynamic_axes={"pixels": {0: "images"}, "features": {0: "images"}})
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def encode(task, runtime, threads):
    x = tensors(task["inputs"])["pixels"].permute(0, 3, 1, 2).contiguous().numpy()
    encoder = Encoder(task, runtime, threads, x.shape[-1])

    def run():
        return encoder(x)[0, :4]

    return run


def files(task, runtime, threads):
    encoder, pool = Encoder(task, runtime, threads, task["side"]), ThreadPoolExecutor(threads)

    def run():
        images = list(pool.map(lambda path: pixels(path, task["side"]), task["images"]))
        return encoder(np.ascontiguousarray(np.stack(images).transpose(0, 3, 1, 2)))[-1, -4:]

    return run


def answers(task):
    """Classes' probabilities of pictures in files: with texts that all share, or with a prompt that is generated for each."""
    weights, x = tensors(task["checkpoint"]), tensors(task["inputs"]) if task.get("inputs") else None
    encoder, text = image_encoder(weights), TextEncoder(weights)
    learner, pool = PromptLearner(task["prompts"], text), ThreadPoolExecutor(torch.get_num_threads())
    with torch.no_grad():
        fixed = text(learner(learner.context), learner.ends)
    if x:
        noise, sizes = x.pop("noise"), [x[f"model.{layer}.weight"].shape for layer in (0, 2, 5, 8, 11)]
        generator = generator_network(sizes[0][1], sizes[4][0])
        generator.load_state_dict({name.removeprefix("model."): value for name, value in x.items()}, strict=False)
        generator.eval()

    def texts(features):
        if not x:
            return [fixed] * len(features)
        contexts = generator(torch.cat((noise, features), -1)).view(len(features), -1, learner.context.shape[1])
        return (text(learner(context), learner.ends) for context in contexts)

    @torch.inference_mode()
    def run():
        images = list(pool.map(lambda path: pixels(path, task["side"]), task["images"]))
        features = F.normalize(encoder(torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).contiguous())[0], dim=-1)
        return [
            (text.scale * feature @ own.t()).softmax(-1).max()
            for feature, own in zip(features, texts(features))]

    return run


def coop(task):
    encoder = TextEncoder(tensors(task["checkpoint"]))
    learner = PromptLearner(task["prompts"], encoder)
    features, labels = tensors(task["inputs"])["features"], torch.tensor(task["labels"])
    optimizer = torch.optim.SGD([learner.context], lr=2e-3, momentum=0.9, weight_decay=5e-4)

    def run():
        with autocast(task):
            text = encoder(learner(learner.context), learner.ends).float()
        loss = F.cross_entropy(encoder.scale * features @ text.t(), labels)
        return descend(optimizer, loss)

    return run


def cocoop(task):
    encoder = TextEncoder(tensors(task["checkpoint"]))
    learner, x = PromptLearner(task["prompts"], encoder), tensors(task["inputs"])
    features, labels = x.pop("features"), torch.tensor(task["labels"])
    p = {name: nn.Parameter(value) for name, value in x.items()}
    optimizer = torch.optim.SGD(p.values(), lr=2e-3, momentum=0.9, weight_decay=5e-4)

    def run():
        hidden = F.relu(F.linear(features, p["meta_net.linear1.weight"], p["meta_net.linear1.bias"]))
        shifts, logits = F.linear(hidden, p["meta_net.linear2.weight"], p["meta_net.linear2.bias"]), []
        for shift, feature in zip(shifts, features):
            logits.append(encoder.scale * feature @ encoder(learner(p["ctx"] + shift), learner.ends).t())
        loss = F.cross_entropy(torch.stack(logits), labels)
        return descend(optimizer, loss)

    return run


def ad_clip(task):
    encoder = TextEncoder(tensors(task["checkpoint"]))
    learner, x, widths = PromptLearner(task["prompts"], encoder), tensors(task["inputs"]), task["widths"]

    def side(name):
        columns = x.pop(name + " statistics").split([width for width in widths for _ in range(2)], 1)
        return x.pop(name), list(zip(columns[::2], columns[1::2]))

    (source, source_blocks), (target, target_blocks) = side("source"), side("target")
    text, (hidden, style_hidden) = learner.context.shape[1], (
        len(x[f"{part}.linear1.0.bias"]) for part in ("domain_tokens", "style_mapping_tokens"))
    projectors = Projectors(widths, text, hidden, style_hidden, len(task["prompts"]["context"]) - 2 * len(widths))
    projectors.load_state_dict(x)
    labels = torch.tensor(task["labels"])
    optimizer = torch.optim.Adam(projectors.parameters(), lr=task["learningRate"], weight_decay=5e-4)

    def run():
        loss = losses(
            projectors, lambda context: encoder(learner(context), learner.ends), encoder.scale, source, source_blocks, labels,
            target, target_blocks)[0]
        return descend(optimizer, loss)

    return run


def predict(task):
    encoder = TextEncoder(tensors(task["checkpoint"]))
    learner = PromptLearner(task["prompts"], encoder)
    x = tensors(task["inputs"])
    context = x["contexts"].view(-1, learner.context.shape[1])

    @torch.inference_mode()
    def run():
        with autocast(task):
            text = encoder(learner(context), learner.ends).float()
        probability, label = (encoder.scale * x["features"] @ text.t()).softmax(-1).max(-1)
        return [probability] if task.get("precision") == "bf16" else [label, probability]

    return run


def prompted_features(v, x, prompts):
    """Unit features of images with prompts among their tokens, as VPT's and MaPLe's code has it: one [m, width] for each of
    the first layers."""
    n = len(x)
    x = v.conv1(x).flatten(2).transpose(1, 2)
    x = torch.cat([v.class_embedding.expand(n, 1, -1), x], 1) + v.positional_embedding
    count = x.shape[1]
    x = v.ln_pre(torch.cat([x, prompts[0].expand(n, -1, -1)], 1))
    for i, block in enumerate(v.transformer.resblocks):
        if 0 < i < len(prompts):
            x = torch.cat([x[:, :count], prompts[i].expand(n, -1, -1)], 1)
        x = block(x)
    return F.normalize((v.ln_post(x[:, 0]) @ v.proj).float(), dim=-1)


def vision_prompts(task):
    weights, learned = tensors(task["checkpoint"]), tensors(task["inputs"])
    images = learned.pop("pixels").permute(0, 3, 1, 2).contiguous()
    learned = {name: nn.Parameter(value) for name, value in learned.items()}
    visual, encoder = image_encoder(weights), TextEncoder(weights)
    learner, labels = PromptLearner(task["prompts"], encoder), torch.tensor(task["labels"])
    optimizer = torch.optim.SGD(learned.values(), lr=task["learningRate"], momentum=0.9, weight_decay=5e-4)
    words = learner.context.detach()
    with torch.no_grad():
        fixed = encoder(learner(words), learner.ends)

    def projected(name, context):
        return F.linear(context, learned[f"prompt_learner.{name}.weight"], learned[f"prompt_learner.{name}.bias"])

    def vpt():
        names = [f"image_encoder.transformer.resblocks.{i}.VPT_shallow" for i in range(1, len(learned))]
        return [learned["image_encoder.VPT"]] + [learned[name] for name in names], fixed

    def maple():
        ctx = learned["prompt_learner.ctx"]
        deeper = [learned[f"prompt_learner.compound_prompts_text.{i}"] for i in range((len(learned) - 3) // 3)]
        prompts = [projected("proj", ctx)]
        prompts += [projected(f"compound_prompt_projections.{i}", context) for i, context in enumerate(deeper)]
        return prompts, encoder(learner(torch.cat([ctx, words[len(ctx):]])), learner.ends, deeper).float()

    method = vpt if task["kind"] == "vpt" else maple

    def run():
        with autocast(task):
            prompts, text = method()
            features = prompted_features(visual, images, prompts)
        loss = F.cross_entropy(encoder.scale * features @ text.t(), labels)
        return descend(optimizer, loss)

    return run


def gan(task):
    x = tensors(task["inputs"])
    step = gan_step(x["prompts"], x["real"].shape[1])

    def run():
        step(x["real"], x["fake"])
        return []

    return run


def gan_epoch(task):
    """Part of an epoch as the authors have it: a step on images that are encoded for it."""
    x = tensors(task["inputs"])
    encoder = image_encoder(tensors(task["checkpoint"]))
    images = x["pixels"].permute(0, 3, 1, 2).contiguous()
    step = gan_step(x["prompts"], encoder.proj.shape[1])

    def encoded():
        with torch.no_grad():
            return F.normalize(encoder(images)[0], dim=-1)

    def run():
        step(encoded(), encoded())
        return []

    return run


def generator_network(inputs, prompt):
    sizes = [inputs, 128, 256, 512, 1024]
    layers = [nn.Linear(sizes[0], sizes[1]), nn.LeakyReLU(0.2, inplace=True)]
    for i in (1, 2, 3):
        layers += [nn.Linear(sizes[i], sizes[i + 1]), nn.BatchNorm1d(sizes[i + 1], 0.8)]
        layers += [nn.LeakyReLU(0.2, inplace=True)]
    return nn.Sequential(*layers, nn.Linear(1024, prompt), nn.Tanh())


def gan_step(prompts, feature):
    """A step of the GAN on features of a number of images, which has these prompts for its real half."""
    (batch, prompt), latent = prompts.shape, 100
    g = generator_network(latent + feature, prompt)
    d = nn.Sequential(
        nn.Linear(prompt + feature, 512), nn.LeakyReLU(0.2, inplace=True),
        nn.Linear(512, 512), nn.Dropout(0.4), nn.LeakyReLU(0.2, inplace=True),
        nn.Linear(512, 512), nn.Dropout(0.4), nn.LeakyReLU(0.2, inplace=True), nn.Linear(512, 1))
    optimizer_g = torch.optim.AdamW(g.parameters(), lr=2e-3, weight_decay=1e-4)
    optimizer_d = torch.optim.AdamW(d.parameters(), lr=2e-3, weight_decay=1e-4)
    real, fake, mse = torch.ones(batch, 1), torch.zeros(batch, 1), nn.MSELoss()

    def clip(named, limit):
        for name, p in named:
            nn.utils.clip_grad_norm_([p], limit(name))

    def limit_d(name):
        return 5 if name.startswith(("0.", "8.")) else 0.5

    def limit_g(name):
        return 5e-2 if name.endswith("weight") else 5 if name in ("9.bias", "11.bias") else 5e-7

    def step(real_features, fake_features):
        optimizer_d.zero_grad()
        mse(d(torch.cat((prompts, real_features), -1)), real).backward()
        generated = g(torch.cat((torch.randn(batch, latent), fake_features), -1))
        mse(d(torch.cat((generated.detach(), fake_features), -1)), fake).backward()
        clip(d.named_parameters(), limit_d)
        optimizer_d.step()
        optimizer_g.zero_grad()
        mse(d(torch.cat((generated, fake_features), -1)), real).backward()
        clip(g.named_parameters(), limit_g)
        optimizer_g.step()

    return step


TASKS = {
    "product": product, "preprocess": preprocess, "answers": answers, "coop": coop, "cocoop": cocoop, "adClip": ad_clip,
    "predict": predict, "vpt": vision_prompts,
    "maple": vision_prompts, "gan": gan, "ganEpoch": gan_epoch,
}
MODEL_TASKS = {"encode": encode, "files": files}
CLOCKS = {"elapsed": time.perf_counter, "processor": time.process_time}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--runtime", choices=["pytorch", "onnxruntime"], default="pytorch")
    arguments = parser.parse_args()
    threads, version = arguments.threads, torch.__version__
    torch.set_num_threads(threads)
    if arguments.runtime == "onnxruntime":
        import onnx  # noqa: F401  the exporter needs it
        import onnxruntime

        version = onnxruntime.__version__
    answer(python=platform.python_version(), runtime=version, pillow=PIL.__version__, threads=threads)
    run = None
    for line in sys.stdin:
        task = json.loads(line)
        if task["kind"] == "run":
            answer(seconds=turn(run, CLOCKS[task["clock"]]))
            continue
        run = None  # frees what the last task held
        if task["kind"] == "forget":
            gc.collect()
            ctypes.CDLL(None).malloc_trim(0)
            answer(outcome=[])
            continue
        torch.set_num_threads(task.get("threads") or threads)
        if task["kind"] in MODEL_TASKS:
            run = MODEL_TASKS[task["kind"]](task, arguments.runtime, threads)
        else:
            run = TASKS[task["kind"]](task)
        answer(outcome=[float(number) for number in run()])


def turn(run, clock):
    """The seconds of one run, run over and over for a fifth of a second, or once where that takes longer."""
    runs, start = 0, clock()
    while True:
        run()
        runs, seconds = runs + 1, clock() - start
        if seconds >= 0.2:
            return seconds / runs


def answer(**values):
    print(json.dumps(values), flush=True)


main()
