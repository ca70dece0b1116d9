"""From RGBA icons to normalised 64-pixel inputs, as DesktopIcons are made, in many more styles than themes give.

Every style that this draws has words for it, which captions may use: naming what varies is what lets text,
and with it a prompt, tell style from content.
"""
import torch
import torch.nn.functional as F

MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(3, 1, 1)
STD = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(3, 1, 1)
SIDE = 64
LUMINANCE = torch.tensor([0.299, 0.587, 0.114]).view(3, 1, 1)

STYLES = {  # style: its share of the images and its words
    "plain": (0.44, []),
    "silhouette": (0.14, ["silhouette", "solid black", "monochrome"]),
    "line": (0.09, ["line", "outline", "line art"]),
    "gray": (0.08, ["grayscale", "gray", "black and white"]),
    "dark": (0.06, ["dark", "dark background"]),
    "colored": (0.08, ["colored background", "tinted"]),
    "tiny": (0.11, ["tiny", "pixelated", "blurry"]),
}


def normalize(rgb):
    return (rgb - MEAN) / STD


def shift_and_scale(icons, generator):
    """Each icon (premultiplied) a little turned, moved, scaled and stretched; a third only shrunk to SIDE."""
    n = len(icons)
    uniform = lambda low, high: torch.empty(n).uniform_(low, high, generator=generator)
    scale, stretch, angle = uniform(-0.28, 0.12).exp(), uniform(-0.1, 0.1).exp(), uniform(-0.14, 0.14)
    cos, sin = angle.cos(), angle.sin()
    theta = torch.stack([torch.stack([cos * stretch, -sin, uniform(-0.14, 0.14)], 1),
                         torch.stack([sin, cos / stretch, uniform(-0.14, 0.14)], 1)], 1)
    theta[:, :, :2] *= scale.view(-1, 1, 1)
    still = F.interpolate(icons, size=(SIDE, SIDE), mode="bilinear", antialias=True).clamp(0, 1)
    moved = F.grid_sample(icons, F.affine_grid(theta, (n, 4, SIDE, SIDE), align_corners=False),
                          align_corners=False, padding_mode="zeros")
    return torch.where((uniform(0, 1) < 0.33).view(-1, 1, 1, 1), still, moved)


def augment(icons, generator):
    """N x 96 x 96 x 4 bytes -> normalised N x 3 x 64 x 64, and each image's style."""
    n = len(icons)
    uniform = lambda low, high, *shape: torch.empty(n, *shape).uniform_(low, high, generator=generator)
    icons = icons.permute(0, 3, 1, 2).float() / 255
    alpha = icons[:, 3:]
    icons = shift_and_scale(torch.cat([icons[:, :3] * alpha, alpha], 1), generator)
    colour, alpha = icons[:, :3], icons[:, 3:]
    coverage = alpha.mean((1, 2, 3))
    gray = (colour * LUMINANCE).sum(1, keepdim=True)
    brightness = gray.mean((1, 2, 3)) / coverage.clamp(min=0.01)

    names = list(STYLES)
    style = torch.multinomial(torch.tensor([share for share, _ in STYLES.values()]), n, True, generator=generator)
    is_style = lambda name: (style == names.index(name)).view(-1, 1, 1, 1)
    # The outline of a full square says nothing; and what is nearly white shows on dark ground only.
    style[is_style("silhouette").flatten() & (coverage > 0.62)] = names.index("gray")
    light = brightness > 0.85
    style[light & ~is_style("silhouette").flatten()] = names.index("dark")

    # Colours: channels exchanged, brightness and contrast varied, on half of the images.
    order = torch.stack([torch.randperm(3, generator=generator) for _ in range(n)])
    vivid = colour.gather(1, order.view(n, 3, 1, 1).expand_as(colour))
    swap = (uniform(0, 1) < 0.25).view(-1, 1, 1, 1)
    colour = torch.where(swap, vivid, colour)
    jitter = (uniform(0, 1) < 0.5).float().view(-1, 1, 1, 1)
    gain, lift = 1 + jitter * uniform(-0.3, 0.2, 1, 1, 1), jitter * uniform(-0.12, 0.12, 1, 1, 1)
    colour = (colour * gain + lift * alpha).clamp(0, 1).minimum(alpha)
    gray = (colour * LUMINANCE).sum(1, keepdim=True)

    ink = uniform(0, 0.35, 1, 1, 1)
    white = 1 - alpha
    edges = (edge(gray + white, 2) + edge(gray + white, 3)).sqrt()
    lines = 1 - (edges * 3.5).clamp(0, 1) * (1 - ink)
    dark = uniform(0.05, 0.35, 1, 1, 1)
    tint = uniform(0.45, 1, 3, 1, 1)
    rgb = colour + white
    rgb = torch.where(is_style("silhouette"), white + alpha * ink, rgb)
    rgb = torch.where(is_style("line"), lines, rgb)
    rgb = torch.where(is_style("gray"), gray + white, rgb)
    rgb = torch.where(is_style("dark"), colour + white * dark, rgb)
    rgb = torch.where(is_style("colored"), colour + white * tint, rgb)
    for i in is_style("tiny").flatten().nonzero().flatten().tolist():
        small = int(torch.randint(14, 30, (), generator=generator))
        tiny = F.interpolate(rgb[i:i + 1], size=(small, small), mode="bilinear", antialias=True)
        rgb[i:i + 1] = F.interpolate(tiny, size=(SIDE, SIDE), mode="bicubic").clamp(0, 1)
    return normalize(rgb).contiguous(memory_format=torch.channels_last), [names[s] for s in style.tolist()]


def edge(gray, dim):
    """Squared central differences along one dimension."""
    padded = F.pad(gray, (1, 1, 1, 1), mode="replicate")
    along = padded.narrow(dim, 2, SIDE) - padded.narrow(dim, 0, SIDE)
    return along.narrow(5 - dim, 1, SIDE).square()
