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


def gray_of(colour):
    return (colour * LUMINANCE).sum(1, keepdim=True)


def augment(icons, generator):
    """N x 96 x 96 x 4 bytes -> normalised N x 3 x 64 x 64, and each image's style."""
    icons = icons.permute(0, 3, 1, 2).contiguous().float().mul_(1 / 255)
    icons[:, :3] *= icons[:, 3:]
    placed = place(icons, generator)
    colour, alpha = vary_colour(placed[:, :3], placed[:, 3:], generator)
    style = choose_styles(colour, alpha, generator)
    return normalize(draw(colour, alpha, style, generator)).contiguous(memory_format=torch.channels_last), style


def place(icons, generator):
    """A third of the icons (premultiplied) only shrunk to SIDE; the others turned, moved, scaled, stretched a little."""
    n = len(icons)
    uniform = lambda low, high: torch.empty(n).uniform_(low, high, generator=generator)
    scale, stretch, angle = uniform(-0.28, 0.12).exp(), uniform(-0.1, 0.1).exp(), uniform(-0.14, 0.14)
    cos, sin = angle.cos() * scale, angle.sin() * scale
    maps = torch.stack([torch.stack([cos * stretch, -sin, uniform(-0.14, 0.14)], 1),
                        torch.stack([sin, cos / stretch, uniform(-0.14, 0.14)], 1)], 1)
    still = uniform(0, 1) < 0.33
    placed = torch.empty(n, 4, SIDE, SIDE)
    placed[still] = F.interpolate(icons[still], size=(SIDE, SIDE), mode="bilinear", antialias=True)
    grid = F.affine_grid(maps[~still], (int((~still).sum()), 4, SIDE, SIDE), align_corners=False)
    placed[~still] = F.grid_sample(icons[~still], grid, align_corners=False)
    return placed.clamp_(0, 1)


def vary_colour(colour, alpha, generator):
    """Channels exchanged on a quarter of the icons, contrast and brightness varied on half."""
    n = len(colour)
    colour = colour.clone()
    for i in (torch.rand(n, generator=generator) < 0.25).nonzero().flatten().tolist():
        colour[i] = colour[i, torch.randperm(3, generator=generator)]
    some = (torch.rand(n, generator=generator) < 0.5).nonzero().flatten()
    gain, lift = torch.rand(2, len(some), 1, 1, 1, generator=generator)
    colour[some] = (colour[some] * (0.7 + 0.5 * gain) + (0.24 * lift - 0.12) * alpha[some]).clamp(0, 1).minimum(alpha[some])
    return colour, alpha


def choose_styles(colour, alpha, generator):
    """By their shares; but the outline of a full square says nothing, and what is nearly white shows on dark ground only."""
    names = list(STYLES)
    style = torch.multinomial(torch.tensor([share for share, _ in STYLES.values()]), len(colour), True, generator=generator)
    coverage = alpha.mean((1, 2, 3))
    brightness = gray_of(colour).mean((1, 2, 3)) / coverage.clamp(min=0.01)
    silhouette = style == names.index("silhouette")
    style[silhouette & (coverage > 0.62)] = names.index("gray")
    style[~silhouette & (brightness > 0.85)] = names.index("dark")
    return [names[s] for s in style.tolist()]


def draw(colour, alpha, style, generator):
    """Each icon on white, redrawn in its style."""
    uniform = lambda low, high, *shape: torch.empty(shape).uniform_(low, high, generator=generator)
    rgb = colour + 1 - alpha
    for name in STYLES:
        at = [i for i, s in enumerate(style) if s == name]
        if not at or name == "plain":
            continue
        ink, white = uniform(0, 0.35, len(at), 1, 1, 1), 1 - alpha[at]
        if name == "silhouette":
            rgb[at] = white + alpha[at] * ink
        elif name == "line":
            rgb[at] = 1 - (edges(gray_of(rgb[at])) * 3.5).clamp(0, 1) * (1 - ink)
        elif name == "gray":
            rgb[at] = gray_of(rgb[at]).expand(-1, 3, -1, -1)
        elif name == "dark":
            rgb[at] = colour[at] + white * ink
        elif name == "colored":
            rgb[at] = colour[at] + white * uniform(0.45, 1, len(at), 3, 1, 1)
        elif name == "tiny":
            for i in at:
                side = int(torch.randint(14, 30, (), generator=generator))
                small = F.interpolate(rgb[i:i + 1], size=(side, side), mode="bilinear", antialias=True)
                rgb[i:i + 1] = F.interpolate(small, size=(SIDE, SIDE), mode="bicubic").clamp(0, 1)
    return rgb


def edges(gray):
    """How steep the gray image is at each pixel."""
    padded = F.pad(gray, (1, 1, 1, 1), mode="replicate")
    down = padded[..., 2:, 1:-1] - padded[..., :-2, 1:-1]
    right = padded[..., 1:-1, 2:] - padded[..., 1:-1, :-2]
    return (down.square() + right.square()).sqrt()
