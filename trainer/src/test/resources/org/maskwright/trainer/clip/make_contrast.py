"""Golden file of the losses of CLIP and SLIP, written from the papers (CLIP, arXiv 2103.00020, figure 3; SimCLR, arXiv 2002.05709, equation 1; SLIP,
arXiv 2112.12750, section 3), by loops over pictures; nothing of either code is used.

Run:  python make_contrast.py      (torch, safetensors)

contrast.safetensors, CASE = small | one:
  CASE.pictures, CASE.texts, CASE.a, CASE.b [n,D], not of length 1; CASE.scale, CASE.temperature [1]
  CASE.clip, CASE.ssl [1]; CASE.pictures_grad, CASE.texts_grad, CASE.scale_grad of clip; CASE.a_grad, CASE.b_grad of ssl
"""

import os

import torch
from safetensors.torch import save_file

HERE = os.path.dirname(os.path.abspath(__file__))
unit = lambda x: x / x.norm(dim=-1, keepdim=True)


def clip(pictures, texts, scale):
    i, t = unit(pictures), unit(texts)
    n, total = len(i), 0
    for k in range(n):
        row = torch.stack([scale * (i[k] @ t[j]) for j in range(n)])
        column = torch.stack([scale * (i[j] @ t[k]) for j in range(n)])
        total = total + torch.logsumexp(row, 0) - row[k] + torch.logsumexp(column, 0) - column[k]
    return total / (2 * n)


def ssl(a, b, temperature):
    a, b = unit(a), unit(b)
    n, total = len(a), 0
    for x, y in ((a, b), (b, a)):
        for k in range(n):
            others = [x[k] @ y[j] / temperature for j in range(n)] + [x[k] @ x[j] / temperature for j in range(n) if j != k]
            total = total + torch.logsumexp(torch.stack(others), 0) - others[k]
    return total / (2 * n)


def case(name, n, width, scale, temperature, seed):
    torch.manual_seed(seed)
    p, t, a, b = [torch.randn(n, width).double().requires_grad_() for _ in range(4)]
    s = torch.tensor([scale], dtype=torch.float64).requires_grad_()
    one = clip(p, t, s)
    one.sum().backward()
    two = ssl(a, b, temperature)
    two.backward()
    out = {"pictures": p, "texts": t, "a": a, "b": b, "scale": s, "temperature": torch.tensor([temperature]), "clip": one.reshape(1), "ssl": two.reshape(1),
           "pictures_grad": p.grad, "texts_grad": t.grad, "scale_grad": s.grad, "a_grad": a.grad, "b_grad": b.grad}
    return {f"{name}.{k}": v.detach().float().contiguous() for k, v in out.items()}


out = {**case("small", 5, 4, 1 / 0.07, 0.1, 1), **case("one", 2, 3, 100.0, 0.5, 2)}
save_file(out, os.path.join(HERE, "contrast.safetensors"), metadata={"torch": torch.__version__})
