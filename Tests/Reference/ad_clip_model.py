"""AD-CLIP's networks and losses in PyTorch, as the released trainers (adclip_vitB16.py and its like) have them, in float32.

For ad_clip.py, ad_clip_procedure.py and Scripts/bench/peers.py.
"""
import torch
from torch import nn
from torch.nn import functional as F


class Projectors(nn.Module):
    """Statistics of L blocks, a mean and a deviation of [n, width] each, to tokens of [n, L or K, text width]."""

    def __init__(self, widths, text, hidden, style_hidden, image_tokens, own_mixtures=False):
        super().__init__()
        stack = lambda sizes: nn.ModuleList([nn.Linear(a, b) for a, b in sizes])
        self.domain_tokens = nn.ModuleDict(dict(
            linear1=stack([(w, hidden) for w in widths]), linear2=stack([(hidden, text) for _ in widths])))
        self.image_tokens = nn.ModuleDict(dict(
            linear=stack([(w, text) for w in widths]),
            lin=nn.Linear(len(widths), image_tokens if own_mixtures else 1)))
        self.style_mapping_tokens = nn.ModuleDict(dict(
            linear1=stack([(w, style_hidden) for w in widths]), linear2=stack([(style_hidden, text) for _ in widths])))
        self.count = image_tokens

    def domain(self, blocks):
        net = self.domain_tokens
        # Pooled over the two rows, mean and deviation.
        pooled = [F.adaptive_avg_pool2d(torch.stack(b, 1), (1, b[0].shape[1])).squeeze(1) for b in blocks]
        return torch.stack([net["linear2"][i](net["linear1"][i](x)) for i, x in enumerate(pooled)], 1)

    def image(self, blocks):
        net = self.image_tokens
        parts = torch.stack([net["linear"][i](b[0]) for i, b in enumerate(blocks)], 1)
        mixed = net["lin"](parts.transpose(1, 2)).transpose(1, 2)
        return mixed if mixed.shape[1] > 1 else mixed.expand(-1, self.count, -1)

    def mapped(self, blocks):
        net = self.style_mapping_tokens
        # Pooled along the row of means and deviations.
        pooled = [F.adaptive_avg_pool1d(torch.cat(b, 1)[:, None], b[0].shape[1]).squeeze(1) for b in blocks]
        return torch.stack([net["linear2"][i](F.relu(net["linear1"][i](x))) for i, x in enumerate(pooled)], 1)


def entropy(probabilities):
    p = F.normalize(probabilities, dim=0)
    return -(p * torch.log(p + 1e-8)).sum(1).mean()


def losses(projectors, prompts, scale, source, source_blocks, labels, target, target_blocks):
    """Total, cross-entropy, style mapping, entropy, divergence; and the source images' logits."""
    domain, others = projectors.domain(source_blocks), projectors.domain(target_blocks)
    of_source = torch.cat([domain, others, projectors.image(source_blocks)], 1)
    of_target = torch.cat([domain, others, projectors.image(target_blocks)], 1)
    source_text = torch.stack([prompts(context) for context in of_source])  # [n, classes, dimension]
    target_text = torch.stack([prompts(context) for context in of_target])
    logits = scale * torch.einsum("nd,ncd->nc", source, source_text)
    target_logits = scale * torch.einsum("nd,ncd->nc", target, target_text)
    ce = F.cross_entropy(logits, labels)
    smn = F.mse_loss(domain, projectors.mapped(source_blocks))
    ent = entropy(target_logits.softmax(1))
    kl = F.kl_div(source_text.log_softmax(1), target_text.softmax(1), reduction="batchmean")
    return ce + 0.1 * smn + 0.01 * ent + kl, ce, smn, ent, kl, logits
