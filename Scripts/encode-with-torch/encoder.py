"""The image encoder of a checkpoint: transformers' for weights of Hugging Face, open_clip's for those with OpenAI's names."""

import torch

from checkpoint import BadCheckpoint

MEAN, DEVIATION = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
PRECISIONS = ["float32", "tf32", "bf16", "fp16"]


class Encoder:
    """Pixels to features, on a device, in a precision.

    Weights and sums are float32. tf32 multiplies with fewer bits on NVIDIA's processors, bf16 and fp16 are PyTorch's automatic
    mixed precision. PyTorch lets convolutions use TF32 unless it is told otherwise: float32 here is float32.
    """

    def __init__(self, checkpoint, device, precision="float32"):
        made_of = open_clip_s if checkpoint.is_openai else transformers_s
        try:
            module, self.resolution, mean, deviation = made_of(checkpoint)
        except KeyError as error:
            raise BadCheckpoint(f"{checkpoint.folder}: the weights lack {error}") from None
        self.device, self.precision = torch.device(device), precision
        self.encode = module.eval().requires_grad_(False).to(self.device)
        self.mean, self.deviation = tuple(mean or MEAN), tuple(deviation or DEVIATION)
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = precision == "tf32"
        torch.backends.cudnn.deterministic = True

    @torch.inference_mode()
    def __call__(self, squares):
        """Features of [images, resolution, resolution, 3] bytes: unit vectors, and how long they were, in float32."""
        pixels = squares.to(self.device, non_blocking=True).permute(0, 3, 1, 2).float().div(255)
        mean, deviation = (torch.tensor(values, device=self.device).view(3, 1, 1) for values in (self.mean, self.deviation))
        pixels = pixels.sub(mean).div(deviation)
        kind = {"bf16": torch.bfloat16, "fp16": torch.float16}.get(self.precision)
        with torch.autocast(self.device.type, dtype=kind or torch.bfloat16, enabled=kind is not None):
            features = self.encode(pixels)
        features = features.float()
        norms = features.norm(dim=1)
        return (features / norms[:, None]).cpu().numpy(), norms.cpu().numpy()


class Projected(torch.nn.Module):
    """transformers' image encoder, with features alone as its output."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, pixels):
        return self.model(pixel_values=pixels).image_embeds


def transformers_s(checkpoint):
    try:
        from transformers import CLIPConfig, CLIPVisionModelWithProjection
    except ImportError as error:
        raise BadCheckpoint(f"{checkpoint.folder} has Hugging Face's names: pip install transformers ({error})") from None
    if not checkpoint.configuration("config.json"):
        raise BadCheckpoint(f"{checkpoint.folder} has no config.json, which says what the model is")
    whole = CLIPConfig.from_pretrained(checkpoint.folder)
    config = whole.vision_config
    config.projection_dim = whole.projection_dim
    model = CLIPVisionModelWithProjection(config)
    load(model, {k: v for k, v in checkpoint.weights.items() if k.startswith(("vision_model.", "visual_projection."))})
    processor = checkpoint.configuration("preprocessor_config.json")
    processor = processor or checkpoint.configuration("processor_config.json").get("image_processor", {})
    return Projected(model), config.image_size, processor.get("image_mean"), processor.get("image_std")


def open_clip_s(checkpoint):
    try:
        from open_clip import CLIP
    except ImportError as error:
        raise BadCheckpoint(
            f"{checkpoint.folder} has OpenAI's names: pip install open_clip_torch, and torchvision for the same torch "
            f"({error})") from None
    weights = {k.removeprefix("visual."): v for k, v in checkpoint.weights.items() if k.startswith("visual.")}
    written = checkpoint.configuration("open_clip_config.json")
    model = written.get("model_cfg", {"quick_gelu": True})
    vision = model.get("vision_cfg", {}) | sizes(weights)
    dimension = (weights["proj"] if "proj" in weights else weights["attnpool.c_proj.weight"].T).shape[1]
    # Of the text encoder, which goes with it, nothing is used.
    text = dict(context_length=1, vocab_size=1, width=64, heads=1, layers=1)
    encoder = CLIP(dimension, vision, text, quick_gelu=model.get("quick_gelu", False)).visual
    load(encoder, weights)
    preprocessing = written.get("preprocess_cfg", {})
    return encoder, vision["image_size"], preprocessing.get("mean"), preprocessing.get("std")


def sizes(weights):
    """What shapes say of an image encoder, as open_clip's configurations do."""
    def members(prefix):
        return len({name[len(prefix):].split(".")[0] for name in weights if name.startswith(prefix)})

    if "proj" not in weights:
        side = round((weights["attnpool.positional_embedding"].shape[0] - 1) ** 0.5)
        return dict(
            layers=[members(f"layer{stage}.") for stage in (1, 2, 3, 4)], image_size=32 * side, patch_size=None,
            width=weights["layer1.0.conv1.weight"].shape[0])
    width, _, _, patch = weights["conv1.weight"].shape
    side = round((weights["positional_embedding"].shape[0] - 1) ** 0.5)
    inner = weights["transformer.resblocks.0.mlp.c_fc.weight"].shape[0]
    # open_clip rounds width · ratio down.
    return dict(
        layers=members("transformer.resblocks."), image_size=patch * side, patch_size=patch, width=width,
        mlp_ratio=(inner + 0.5) / width)


def load(module, weights):
    """Fills a module; every weight must be there, finite, and of its shape, and none may be left."""
    try:
        result = module.load_state_dict(weights, strict=False)
    except RuntimeError as error:
        raise BadCheckpoint(str(error)) from None
    counters = ("num_batches_tracked", "position_ids")
    missing = [name for name in result.missing_keys if not name.endswith(counters)]
    extra = [name for name in result.unexpected_keys if not name.endswith(counters + ("attn_mask",))]
    if missing or extra:
        raise BadCheckpoint(f"missing weights: {missing[:5]}; weights that belong to no part of the model: {extra[:5]}")
    for name, value in weights.items():
        if not torch.isfinite(value).all():
            raise BadCheckpoint(f"{name} holds a number that is not finite")
