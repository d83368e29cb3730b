"""Golden files of losses on points and boxes: the pure functions of detectron2's PointSup and PointRend and of AdelaiDet's BoxInst.

Run:  python make_weak.py DETECTRON2 ADELAIDET
      two clones (git directories are enough); torch and scikit-image as printed in the file's metadata

weak.safetensors, "case.key":
  points.mask [R,1,h,w], points.box [R,4] xyxy, points.coords [R,P,2] pixel indices, points.labels [R,P] 0 | 1,
  points.image [h,w] of the padded image; points.loss [1] over the points that are not ignored, points.grad
  moved.coords [P,2], moved.flipped, moved.resized, moved.labels.*  the loader's coordinates and labels (-1 ignored)
  box.mask [R,1,h,w], box.bitmask [R,h,w], box.loss [R] projection, box.grad of the sum
  colour.image [3,H,W] uint8, colour.similarity [8,h,w] of 3x3 neighbours with dilation 2, colour.lab [3,h,w]
  colour.mask, colour.bitmask, colour.loss [1] pairwise, colour.edges [1], colour.grad

Nothing of either code is copied: functions are loaded from the clones. What they import and these tests do not need is a stub.
"""

import os
import subprocess
import sys
import types

import numpy as np
import torch
from safetensors.torch import save_file
from torch.nn import functional as F

HERE = os.path.dirname(os.path.abspath(__file__))


def source(repo, path):
    return subprocess.run(["git", "-C", repo, "show", "HEAD:" + path], check=True, capture_output=True, text=True).stdout


def stub(name, **members):
    module = types.ModuleType(name)
    module.__dict__.update(members)
    sys.modules[name] = module


def functions(text, names, scope):
    """The named functions of a source text, without running the rest of it."""
    import ast
    tree = ast.parse(text)
    tree.body = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name in names]
    exec(compile(tree, "<reference>", "exec"), scope)
    return scope


class Storage:
    def put_scalar(self, *_):
        pass


class Instances(list):
    """As many objects; the class-free loss asks for no more."""


def points(saved, repo):
    scope = {"torch": torch, "F": F, "cat": torch.cat, "get_event_storage": Storage, "np": np}
    functions(source(repo, "projects/PointRend/point_rend/point_head.py"), ["roi_mask_point_loss"], scope)
    functions(source(repo, "projects/PointRend/point_rend/point_features.py"), ["point_sample"], scope)
    functions(source(repo, "projects/PointSup/point_sup/point_utils.py"), ["get_point_coords_wrt_box"], scope)
    g = torch.Generator().manual_seed(3)
    rows, count, height, width = 4, 10, 24, 32
    mask = (2 * torch.randn(rows, 1, height // 4, width // 4, generator=g)).requires_grad_()
    left, top = torch.randint(0, 12, (rows,), generator=g), torch.randint(0, 8, (rows,), generator=g)
    box = torch.stack([left, top, left + torch.randint(4, 16, (rows,), generator=g), top + torch.randint(4, 14, (rows,), generator=g)], 1).float()
    share = torch.rand(rows, count, 2, generator=g)
    coords = (box[:, None, :2] + share * (box[:, None, 2:] - box[:, None, :2])).floor()
    coords[0, 0], coords[1, 0] = torch.tensor([0.0, 0.0]), torch.tensor([width - 1.0, height - 1.0])  # corners
    labels = torch.randint(0, 2, (rows, count), generator=g)
    # The whole image is the box that predictions are relative to: a query predicts the image.
    whole = torch.tensor([[0.0, 0.0, width, height]]).expand(rows, 4)
    relative = scope["get_point_coords_wrt_box"](whole, coords + 0.5)
    logits = scope["point_sample"](mask, relative, align_corners=False)
    loss = scope["roi_mask_point_loss"](logits, [Instances(range(rows))], labels.float())
    loss.backward()
    saved.update({"points.mask": mask.detach(), "points.box": box, "points.coords": coords, "points.labels": labels,
                  "points.image": torch.tensor([height, width]), "points.loss": loss.detach().reshape(1), "points.grad": mask.grad})


def moved(saved):
    """The loader's rule: indices + 0.5, moved like any coordinates, -1 where they leave the image."""
    xy = torch.tensor([[0, 0], [31, 23], [5, 7], [16, 12], [30, 2]]).double() + 0.5
    labels = torch.tensor([1, 0, 1, 1, 0])
    width, height = 32, 24
    flipped = torch.stack([width - xy[:, 0], xy[:, 1]], 1)
    resized = xy * torch.tensor([48 / width, 36 / height], dtype=torch.float64)
    cropped = xy - torch.tensor([4.0, 3.0])
    inside = ((cropped >= 0) & (cropped <= torch.tensor([20.0, 15.0]))).all(1)
    saved.update({"moved.coords": xy, "moved.flipped": flipped, "moved.resized": resized, "moved.cropped": cropped[inside],
                  "moved.labels": labels, "moved.labels.cropped": labels[inside]})


def boxes(saved, repo):
    unfold = functions(source(repo, "adet/modeling/condinst/condinst.py"), ["unfold_wo_center", "get_images_color_similarity"],
                       {"torch": torch, "F": F})
    stub("adet"), stub("adet.modeling"), stub("adet.modeling.condinst")
    stub("adet.modeling.condinst.condinst", unfold_wo_center=unfold["unfold_wo_center"])
    scope = functions(source(repo, "adet/modeling/condinst/dynamic_mask_head.py"),
                      ["compute_project_term", "compute_pairwise_term", "dice_coefficient"], {"torch": torch, "F": F})
    g = torch.Generator().manual_seed(4)
    rows, height, width = 3, 9, 12
    mask = (2 * torch.randn(rows, 1, height, width, generator=g)).requires_grad_()
    bitmask = torch.zeros(rows, height, width)
    spans = [(2, 7, 1, 9), (0, 9, 0, 12), (4, 5, 6, 7)]
    for i, (y0, y1, x0, x1) in enumerate(spans):
        bitmask[i, y0:y1, x0:x1] = 1
    each = torch.stack([scope["compute_project_term"](mask[i:i + 1].sigmoid(), bitmask[i:i + 1, None]) for i in range(rows)])
    each.sum().backward()
    saved.update({"box.mask": mask.detach(), "box.bitmask": bitmask, "box.spans": torch.tensor(spans), "box.loss": each.detach(), "box.grad": mask.grad})

    from skimage import color
    big = torch.zeros(3, 4 * height, 4 * width, dtype=torch.uint8)
    for c in range(3):
        base = torch.randint(0, 256, (height // 3, width // 3), generator=g)
        big[c] = base.repeat_interleave(12, 0).repeat_interleave(12, 1).to(torch.uint8)
    noise = torch.randint(0, 9, big.shape, generator=g)
    big = (big.int() + noise).clamp(max=255).to(torch.uint8)
    small = F.avg_pool2d(big[None].float(), 4, 4)[0]
    lab = torch.as_tensor(color.rgb2lab(small.byte().permute(1, 2, 0).numpy()), dtype=torch.float32).permute(2, 0, 1)
    valid = torch.ones(height, width)
    similarity = unfold["get_images_color_similarity"](lab[None], valid, 3, 2)  # [1,8,h,w]
    logits = (2 * torch.randn(rows, 1, height, width, generator=g)).requires_grad_()
    pairwise = scope["compute_pairwise_term"](logits, 3, 2)  # [R,8,h,w]
    weights = (similarity >= 0.3).float() * bitmask[:, None]
    loss = (pairwise * weights).sum() / weights.sum().clamp(min=1.0)
    loss.backward()
    saved.update({"colour.image": big, "colour.similarity": similarity[0], "colour.lab": lab, "colour.mask": logits.detach(),
                  "colour.loss": loss.detach().reshape(1), "colour.edges": weights.sum().reshape(1), "colour.grad": logits.grad})


def main():
    import skimage
    saved = {}
    points(saved, sys.argv[1])
    moved(saved)
    boxes(saved, sys.argv[2])
    path = os.path.join(HERE, "weak.safetensors")
    save_file({k: v.contiguous() for k, v in saved.items()}, path,
              metadata={"torch": torch.__version__, "skimage": skimage.__version__, "python": sys.version.split()[0]})
    print(f"{os.path.getsize(path) / 1024:.0f} KiB")


main()
