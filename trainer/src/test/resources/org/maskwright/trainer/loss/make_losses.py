"""Golden files of matching and loss: Hugging Face transformers' Mask2FormerLoss and MaskFormerLoss as the reference.

Run:  python make_losses.py          (torch and transformers as printed in each file's metadata)

Each file holds several cases, "case.key":
  class.l [B,Q,K+1], mask.l [B,Q,h,w]    predictions of output l, the last one is the final one
  targets.b [N,H,W] uint8, labels.b [N]  of image b
  settings                               class, mask, dice and no-object weight; then points, oversample, importance (Mask2Former)
  match.l.b [2,n]                        queries and their targets
  loss.<name>                            weighted, by the official names
  grad.class.l, grad.mask.l              of the weighted sum
  random.l.matcher.b, random.l.candidates, random.l.fresh   every number that the reference drew, in its shapes (Mask2Former)

Where the reference differs from the official release, the case shows the official rule:
  an image without targets              the reference's matcher fails on it: the official one gives no pairs
  a batch without targets               the official release has the class loss alone (its mask losses are 0)
"""

import os
import sys

import torch
import transformers
from safetensors.torch import save_file
from scipy.optimize import linear_sum_assignment
from transformers import Mask2FormerConfig
from transformers.models.mask2former import modeling_mask2former as m2f
from transformers.models.maskformer import modeling_maskformer as mf

HERE = os.path.dirname(os.path.abspath(__file__))
CLASSES = 4
torch.use_deterministic_algorithms(True)


def targets(generator, count, height, width):
    masks = torch.zeros(count, height, width)
    for n in range(count):
        y, x = (int(torch.randint(0, s - 4, (1,), generator=generator)) for s in (height, width))
        h, w = (int(torch.randint(3, s // 2, (1,), generator=generator)) for s in (height, width))
        masks[n, y:y + h, x:x + w] = 1
        if n % 2:  # not only rectangles
            masks[n, y:y + h:3, x:x + w] = 0
    return masks, torch.randint(0, CLASSES, (count,), generator=generator)


class Draws:
    """Stands in for torch.rand and keeps what it gave."""

    def __init__(self, generator):
        self.generator, self.drawn = generator, []

    def __call__(self, *shape, device=None):
        value = self.original(*shape, generator=self.generator)
        self.drawn.append(value)
        return value

    def __enter__(self):
        self.original, torch.rand = torch.rand, self
        return self

    def __exit__(self, *_):
        torch.rand = self.original


class SkipEmpty(torch.nn.Module):
    """The official rule for an image without targets: no pairs."""

    def __init__(self, matcher, log):
        super().__init__()
        self.matcher, self.log = matcher, log

    def forward(self, masks, classes, mask_labels, class_labels):
        out = []
        for b in range(len(class_labels)):
            if len(class_labels[b]) == 0:
                torch.rand(1, getattr(self.matcher, "num_points", 1), 2)
                empty = torch.zeros(0, dtype=torch.int64)
                out.append((empty, empty))
            else:
                out += self.matcher(masks[b:b + 1], classes[b:b + 1], mask_labels[b:b + 1], class_labels[b:b + 1])
        self.log.append(out)
        return out


def case(saved, name, kind, seed, counts, size, logits, queries, outputs, weights, points=None):
    generator = torch.Generator().manual_seed(seed)
    batch = len(counts)
    classes = [torch.randn(batch, queries, CLASSES + 1, generator=generator).requires_grad_() for _ in range(outputs)]
    masks = [(2 * torch.randn(batch, queries, *logits, generator=generator)).requires_grad_() for _ in range(outputs)]
    truth = [targets(generator, n, *size) for n in counts]
    log = []
    w_class, w_mask, w_dice, w_none = weights
    if kind == "mask2former":
        config = Mask2FormerConfig(num_labels=CLASSES, class_weight=w_class, mask_weight=w_mask, dice_weight=w_dice,
                                   no_object_weight=w_none, train_num_points=points[0], oversample_ratio=points[1],
                                   importance_sample_ratio=points[2])
        loss = m2f.Mask2FormerLoss(config, {})
    else:
        loss = mf.MaskFormerLoss(CLASSES, mf.MaskFormerHungarianMatcher(w_class, w_mask, w_dice), {}, w_none)
    loss.matcher = SkipEmpty(loss.matcher, log)
    if sum(counts) == 0:
        loss.loss_masks = lambda *_: {}
    mask_labels, class_labels = [m for m, _ in truth], [c for _, c in truth]
    aux = [{"masks_queries_logits": m, "class_queries_logits": c} for m, c in zip(masks[:-1], classes[:-1])]
    with Draws(generator) as draws:
        parts = loss(masks[-1], classes[-1], mask_labels, class_labels, aux)
    weight = {"loss_cross_entropy": w_class, "loss_mask": w_mask, "loss_dice": w_dice}
    total = 0
    for key, value in parts.items():
        official = key.replace("cross_entropy", "ce")
        base = key.rsplit("_", 1)[0] if key[-1].isdigit() else key
        saved[f"{name}.loss.{official}"] = (value * weight[base]).detach().reshape(1)
        total = total + value * weight[base]
    total.backward()
    order = [outputs - 1] + list(range(outputs - 1))
    per_output = len(draws.drawn) // outputs
    for k, l in enumerate(order):
        for b, (q, t) in enumerate(log[k]):
            saved[f"{name}.match.{l}.{b}"] = torch.stack([q, t])
        if kind == "mask2former":
            drawn = draws.drawn[k * per_output:(k + 1) * per_output]
            for b in range(batch):
                saved[f"{name}.random.{l}.matcher.{b}"] = drawn[b][0]
            if sum(counts):
                saved[f"{name}.random.{l}.candidates"], saved[f"{name}.random.{l}.fresh"] = drawn[batch:]
    for l in range(outputs):
        saved[f"{name}.class.{l}"], saved[f"{name}.mask.{l}"] = classes[l].detach(), masks[l].detach()
        saved[f"{name}.grad.class.{l}"] = classes[l].grad
        saved[f"{name}.grad.mask.{l}"] = masks[l].grad if masks[l].grad is not None else torch.zeros_like(masks[l])
    for b, (m, c) in enumerate(truth):
        saved[f"{name}.targets.{b}"], saved[f"{name}.labels.{b}"] = m.to(torch.uint8), c
    saved[f"{name}.settings"] = torch.tensor(list(weights) + list(points or []), dtype=torch.float64)


def write(kind, saved):
    path = os.path.join(HERE, kind + ".safetensors")
    meta = {"torch": torch.__version__, "transformers": transformers.__version__, "python": sys.version.split()[0]}
    save_file({k: v.contiguous() for k, v in saved.items()}, path, metadata=meta)
    print(f"{kind}: {os.path.getsize(path) / 1024:.0f} KiB")


if __name__ == "__main__":
    for kind, weights, points in (("mask2former", (2.0, 5.0, 5.0, 0.1), (64, 3.0, 0.75)),
                                  ("maskformer", (1.0, 20.0, 1.0, 0.1), None)):
        saved = {}
        # Deep supervision, and an image without targets between two with.
        case(saved, "deep", kind, 1, [3, 0, 5], (32, 48), (8, 12), 7, 3, weights, points)
        # More targets than queries; a padded size that is no multiple of the stride, at other weights.
        odd = (points[0] + 1, 2.5, 0.6) if points else None
        case(saved, "crowded", kind, 2, [11, 2], (33, 46), (9, 12), 6, 1, (1.5, 3.0, 2.0, 0.4), odd)
        # No target in the whole batch.
        case(saved, "empty", kind, 3, [0, 0], (32, 32), (8, 8), 4, 2, weights, points)
        # One target, one query, no importance sampling.
        case(saved, "single", kind, 4, [1], (16, 16), (4, 4), 1, 1, weights, (16, 1.0, 0.0) if points else None)
        write(kind, saved)
