"""Losses of contrasts and the regions of views by PyTorch and NumPy, from the formulas: golden.txt, lines of a name, a shape and values.

python make_golden.py; torch 2.x, float64. The formulas are those of MoCo (arXiv 1911.05722), SupCon (arXiv 2004.11362), DINO
(arXiv 2104.14294) and PLRC (arXiv 2202.04639); nobody's code is used.
"""
import math
import os

import numpy as np
import torch
import torch.nn.functional as F

torch.manual_seed(5)
torch.set_default_dtype(torch.float64)
lines = []


def add(name, values):
    values = torch.as_tensor(values)
    shape = "x".join(str(n) for n in values.shape) or "1"
    lines.append(f"{name} {shape} " + " ".join(repr(float(v)) for v in values.reshape(-1)))


def unit(*shape):
    return F.normalize(torch.randn(*shape), dim=-1)


B, D, K, P, M = 3, 8, 10, 4, 6
q, k, queue = unit(B, D).requires_grad_(), unit(B, D), unit(K, D)
logits = torch.cat([(q * k).sum(1, keepdim=True), q @ queue.T], 1) / 0.2
nce = F.cross_entropy(logits, torch.zeros(B, dtype=torch.long), reduction="none")
nce.sum().backward()
for name, value in (("q", q.detach()), ("k", k), ("queue", queue), ("nce", nce.detach()), ("nce.gradient", q.grad)):
    add(name, value)

a, same, others = unit(B, P, D).requires_grad_(), unit(B, P, D), unit(B, M, D)
there = torch.ones(B, M, dtype=torch.bool)
there[1, 3:] = False


def supcon(anchor, positives, negatives, t, base):
    total = 0
    for point in anchor:
        right, wrong = positives @ point / t, negatives @ point / t
        total = total - (t / base) * (right - torch.logsumexp(torch.cat([right, wrong]), 0)).mean()
    return total / len(anchor)


in_image = torch.stack([supcon(a[i], same[i], others[i][there[i]], 0.2, 0.07) for i in range(B)])
in_image.sum().backward()
in_batch = torch.stack([supcon(a[i], same[i], torch.cat([same[j] for j in range(B) if j != i]), 0.2, 0.07) for i in range(B)])
for name, value in (("a", a.detach()), ("same", same), ("others", others), ("missing", (~there).double()), ("in-image", in_image.detach()),
                    ("in-image.gradient", a.grad), ("in-batch", in_batch.detach())):
    add(name, value)

S = 5
student, teacher, centre = torch.randn(B, S, D).requires_grad_(), torch.randn(B, S, D), 0.3 * torch.randn(D)
weights = torch.rand(B, S)
told = F.softmax((teacher - centre) / 0.055, -1)
distilled = (-(told * F.log_softmax(student / 0.1, -1)).sum(-1) * weights).sum(1)
distilled.sum().backward()
for name, value in (("student", student.detach()), ("teacher", teacher), ("centre", centre), ("weights", weights), ("distilled", distilled.detach()),
                    ("distilled.gradient", student.grad), ("centre.moved", 0.9 * centre + 0.1 * teacher.reshape(-1, D).mean(0))):
    add(name, value)
add("temperatures", [0.04 + (0.07 - 0.04) * min(1, p / 0.3) for p in (0, 0.1, 0.3, 0.7, 1)])
momentum, weight = torch.randn(6), torch.randn(6)
for name, value in (("momentum", momentum), ("weight", weight), ("momentum.moved", 0.999 * momentum + 0.001 * weight)):
    add(name, value)

# Regions: a label map of the whole picture at its own size, sampled where the middle of each place of the view's map lies.
width, height, n = 120, 80, 4
image = (np.arange(height)[:, None] * n // height) * n + np.arange(width)[None, :] * n // width


def warped(x, y, w, h, flip, side):
    rows = np.floor(y + (np.arange(side) + 0.5) * h / side).astype(int)
    columns = np.floor(x + (np.arange(side) + 0.5) * w / side).astype(int)
    labels = image[rows][:, columns]
    return labels[:, ::-1] if flip else labels


add("crops", [[7, 3, 64, 70, 0], [31, 9, 80, 50, 1]])
add("labels.0", warped(7, 3, 64, 70, 0, 7).astype(float))
add("labels.1", warped(31, 9, 80, 50, 1, 7).astype(float))


def middles(x, y, w, h, flip, side):
    u = (np.arange(side) + 0.5) / side
    return x + (1 - u if flip else u) * w, y + u * h


x0, y0 = middles(7, 3, 64, 70, 0, 7)
x1, y1 = middles(31, 9, 80, 50, 1, 7)
near = max(math.hypot(64 / 7, 70 / 7), math.hypot(80 / 7, 50 / 7)) / 2
partners = []
for i in range(49):
    distance = np.hypot(x0[i % 7] - x1[None, :], y0[i // 7] - y1[:, None]).reshape(-1)
    inside = 31 <= x0[i % 7] < 111 and 9 <= y0[i // 7] < 59
    partners.append(int(distance.argmin()) if inside and distance.min() < near else -1)
add("partners", torch.tensor(partners, dtype=torch.float64))
with open(os.path.join(os.path.dirname(__file__), "golden.txt"), "w") as f:
    f.write("\n".join(lines) + "\n")
