"""Golden files of matching and loss over several frames: the matcher and criterion of Mask2Former's own video code.

Run:  python make_video_losses.py REFERENCES        (torch, scipy, safetensors)
REFERENCES holds the unpacked repositories Mask2Former and detectron2 (both of facebookresearch). Their files are loaded from there and run, with
stand-ins for what they import and do not use here; nothing of them is copied.

mask2former-video.safetensors holds the cases "one", "two" and "three" (frames) as make_losses.py describes, with an axis T:
mask.l [B,Q,T,h,w], targets.b [N,T,H,W]; random.l.candidates and fresh have a row a target and frame.
"""

import importlib.util
import os
import sys
import types

import torch
from safetensors.torch import save_file

from make_losses import CLASSES, HERE, Draws

REFERENCES = sys.argv[1]
WEIGHTS, POINTS = (2.0, 5.0, 5.0, 0.1), (32, 3.0, 0.75)


def module(name, **members):
    made = types.ModuleType(name)
    made.__dict__.update(members)
    sys.modules[name] = made
    return made


def load(name, path):
    spec = importlib.util.spec_from_file_location(name, os.path.join(REFERENCES, path))
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


for parent in ("detectron2", "detectron2.projects", "detectron2.projects.point_rend", "detectron2.utils", "mask2former", "mask2former.utils"):
    module(parent, __path__=[])
module("detectron2.layers", cat=torch.cat, shapes_to_tensor=None)
module("detectron2.structures", BitMasks=None, Boxes=None)
module("detectron2.utils.comm", get_world_size=lambda: 1)
module("mask2former.utils.misc", is_dist_avail_and_initialized=lambda: False)
load("detectron2.projects.point_rend.point_features", "detectron2/projects/PointRend/point_rend/point_features.py")
matcher = load("video_matcher", "Mask2Former/mask2former_video/modeling/matcher.py")
criterion = load("video_criterion", "Mask2Former/mask2former_video/modeling/criterion.py")


def clip(generator, count, frames, height, width):
    """Boxes that move and change, one of them absent in the first frame."""
    masks = torch.zeros(count, frames, height, width)
    for n in range(count):
        y, x = (int(torch.randint(0, s - 8, (1,), generator=generator)) for s in (height, width))
        for t in range(frames):
            if n == 0 and t == 0 and frames > 1:
                continue
            h, w = (int(torch.randint(3, 8, (1,), generator=generator)) for _ in range(2))
            masks[n, t, y + t:y + t + h, x + t:x + t + w] = 1
    return masks, torch.randint(0, CLASSES, (count,), generator=generator)


def case(saved, name, seed, frames, counts=(2, 3), size=(24, 32), logits=(6, 8), queries=5, outputs=2):
    generator = torch.Generator().manual_seed(seed)
    batch = len(counts)
    classes = [torch.randn(batch, queries, CLASSES + 1, generator=generator).requires_grad_() for _ in range(outputs)]
    masks = [(2 * torch.randn(batch, queries, frames, *logits, generator=generator)).requires_grad_() for _ in range(outputs)]
    truth = [clip(generator, n, frames, *size) for n in counts]
    log = []
    w_class, w_mask, w_dice, w_none = WEIGHTS
    match = matcher.VideoHungarianMatcher(w_class, w_mask, w_dice, POINTS[0])
    forward = match.forward
    match.forward = lambda o, t: log.append(forward(o, t)) or log[-1]
    weight = {"loss_ce": w_class, "loss_mask": w_mask, "loss_dice": w_dice}
    loss = criterion.VideoSetCriterion(CLASSES, match, weight, w_none, ["labels", "masks"], *POINTS)
    out = {"pred_logits": classes[-1], "pred_masks": masks[-1],
           "aux_outputs": [{"pred_logits": c, "pred_masks": m} for c, m in zip(classes[:-1], masks[:-1])]}
    with Draws(generator) as draws:
        parts = loss(out, [{"labels": c, "masks": m} for m, c in truth])
    total = 0
    for key, value in parts.items():
        base = key.rsplit("_", 1)[0] if key[-1].isdigit() else key
        saved[f"{name}.loss.{key}"] = (value * weight[base]).detach().reshape(1)
        total = total + value * weight[base]
    total.backward()
    per_output = len(draws.drawn) // outputs
    for k, l in enumerate([outputs - 1] + list(range(outputs - 1))):
        for b, (q, t) in enumerate(log[k]):
            saved[f"{name}.match.{l}.{b}"] = torch.stack([q, t])
        drawn = draws.drawn[k * per_output:(k + 1) * per_output]
        for b in range(batch):
            saved[f"{name}.random.{l}.matcher.{b}"] = drawn[b][0]
        saved[f"{name}.random.{l}.candidates"], saved[f"{name}.random.{l}.fresh"] = drawn[batch:]
    for l in range(outputs):
        saved[f"{name}.class.{l}"], saved[f"{name}.mask.{l}"] = classes[l].detach(), masks[l].detach()
        saved[f"{name}.grad.class.{l}"], saved[f"{name}.grad.mask.{l}"] = classes[l].grad, masks[l].grad
    for b, (m, c) in enumerate(truth):
        saved[f"{name}.targets.{b}"], saved[f"{name}.labels.{b}"] = m.to(torch.uint8), c
    saved[f"{name}.settings"] = torch.tensor(list(WEIGHTS) + list(POINTS), dtype=torch.float64)


if __name__ == "__main__":
    saved = {}
    for frames, name in ((1, "one"), (2, "two"), (3, "three")):
        case(saved, name, 10 + frames, frames)
    path = os.path.join(HERE, "mask2former-video.safetensors")
    save_file({k: v.contiguous() for k, v in saved.items()}, path, metadata={"torch": torch.__version__})
    print(f"{os.path.getsize(path) / 1024:.0f} KiB")
