"""Golden files of Implicit PointRend's head: the pure functions of detectron2's PointRend.

Run:  python make_implicit.py DETECTRON2      a clone (a git directory is enough); torch as printed in the file's metadata

implicit.safetensors:
  head.matrix [2,F], head.points [R,P,2], head.features [R,C,P], head.parameters [R,N]: inputs
  head.logits [R,K,P], and gradients of sum(logits * head.upstream) by features and parameters
  grid.points [S*S,2] the regular grid; uncertain.logits [R,1,H,W], uncertain.indices [R,P] sorted, uncertain.points [R,P,2] in that order

ImplicitPointHead is loaded from the clone, nothing of it is copied.
"""

import ast
import os
import subprocess
import sys
import types

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

HERE = os.path.dirname(os.path.abspath(__file__))


def source(repo, path):
    return subprocess.run(["git", "-C", repo, "show", "HEAD:" + path], check=True, capture_output=True, text=True).stdout


def named(text, names, scope):
    tree = ast.parse(text)
    tree.body = [n for n in tree.body if isinstance(n, (ast.FunctionDef, ast.ClassDef)) and n.name in names]
    for node in tree.body:
        node.decorator_list = []
    exec(compile(tree, "<reference>", "exec"), scope)
    return scope


def settings(**values):
    return types.SimpleNamespace(**values)


def main():
    repo = sys.argv[1]
    scope = {"torch": torch, "nn": nn, "F": F, "np": np, "ShapeSpec": object, "cat": torch.cat}
    named(source(repo, "projects/PointRend/point_rend/point_head.py"), ["ImplicitPointHead"], scope)
    named(source(repo, "projects/PointRend/point_rend/point_features.py"),
          ["generate_regular_grid_point_coords", "get_uncertain_point_coords_on_grid"], scope)
    rows, count, channels, width, classes = 3, 7, 6, 8, 4
    cfg = settings(MODEL=settings(
        POINT_HEAD=settings(NUM_FC=3, FC_DIM=width, NUM_CLASSES=classes, CLS_AGNOSTIC_MASK=False),
        IMPLICIT_POINTREND=settings(IMAGE_FEATURE_ENABLED=True, POS_ENC_ENABLED=True)))
    torch.manual_seed(5)
    head = scope["ImplicitPointHead"](cfg, settings(channels=channels))
    points = torch.rand(rows, count, 2)
    points[0, 0], points[0, 1] = torch.tensor([0.0, 0.0]), torch.tensor([1.0, 1.0])
    features = torch.randn(rows, channels, count).requires_grad_()
    parameters = (0.3 * torch.randn(rows, head.num_params)).requires_grad_()
    logits = head(features, points, parameters)
    upstream = torch.randn_like(logits)
    (logits * upstream).sum().backward()
    saved = {"head.matrix": head.positional_encoding_gaussian_matrix, "head.points": points, "head.features": features.detach(),
             "head.parameters": parameters.detach(), "head.logits": logits.detach(), "head.upstream": upstream,
             "head.grad.features": features.grad, "head.grad.parameters": parameters.grad}
    saved["grid.points"] = scope["generate_regular_grid_point_coords"](1, 7, "cpu")[0]
    maps = torch.randn(rows, 1, 8, 12)
    indices, at = scope["get_uncertain_point_coords_on_grid"](-maps.abs(), 11)
    order = indices.argsort(1)
    saved["uncertain.logits"] = maps
    saved["uncertain.indices"] = indices.gather(1, order)
    saved["uncertain.points"] = at.gather(1, order[..., None].expand(-1, -1, 2))
    path = os.path.join(HERE, "implicit.safetensors")
    save_file({k: v.contiguous() for k, v in saved.items()}, path, metadata={"torch": torch.__version__, "python": sys.version.split()[0]})
    print(f"{os.path.getsize(path) / 1024:.0f} KiB, {head.num_params} parameters")


main()
