"""Golden file of the grounding of caption words by regions, written from the formula (OpenSeg, arXiv 2112.12143, section 3.2, with a scale as in
ODISE, arXiv 2303.04803), by loops over images, captions, regions and words; nothing of either code is used.

Run:  python make_grounding.py      (torch, safetensors; versions in the file's metadata)

grounding.safetensors, CASE = plain | ragged | one:
  CASE.regions [L,B,Q,D] of length 1, CASE.scale [1], CASE.words [N,D], CASE.counts [B] (0: an image without words)
  CASE.scores [L,n,n] of the images with words, CASE.loss [L], CASE.grad of the sum by the regions before the scale, CASE.scale_grad [1]
"""

import os

import torch
from safetensors.torch import save_file

HERE = os.path.dirname(os.path.abspath(__file__))


def loss(z, words, counts):
    """z [B,Q,D] with the scale in it; the loss and the scores of the images with words."""
    captions, at = [], 0
    for count in counts:
        captions.append(words[at:at + count])
        at += count
    kept = [b for b, count in enumerate(counts) if count > 0]
    rows = []
    for b in kept:
        row = []
        for c in kept:
            each = []
            for w in captions[c]:
                s = torch.stack([z[b, q] @ w for q in range(z.shape[1])])
                each.append((torch.softmax(s, 0) * s).sum())
            row.append(torch.stack(each).mean())
        rows.append(torch.stack(row))
    g = torch.stack(rows)
    own = torch.arange(len(kept))
    ce = torch.nn.functional.cross_entropy
    return 0.5 * (ce(g, own) + ce(g.T, own)), g


def case(name, layers, queries, width, counts, scale, seed):
    torch.manual_seed(seed)
    raw = torch.nn.functional.normalize(torch.randn(layers, len(counts), queries, width, dtype=torch.float64), dim=-1).float()
    words = torch.nn.functional.normalize(torch.randn(sum(counts), width, dtype=torch.float64), dim=-1).float()
    z = raw.double().requires_grad_()
    s = torch.tensor([scale], dtype=torch.float64).requires_grad_()
    losses, scores = zip(*[loss(z[l] * s, words.double(), counts) for l in range(layers)])
    torch.stack(losses).sum().backward()
    return {
        f"{name}.regions": raw, f"{name}.scale": s.detach().float(), f"{name}.words": words,
        f"{name}.counts": torch.tensor(counts), f"{name}.scores": torch.stack(scores).detach().float().contiguous(),
        f"{name}.loss": torch.stack(losses).detach().float(), f"{name}.grad": z.grad.float(), f"{name}.scale_grad": s.grad.float(),
    }


out = {}
out.update(case("plain", 2, 3, 5, [2, 2], 1 / 0.07, 1))
out.update(case("ragged", 2, 4, 6, [1, 0, 3, 2], 4.0, 2))
out.update(case("one", 1, 3, 4, [2, 0], 2.0, 3))
save_file(out, os.path.join(HERE, "grounding.safetensors"), metadata={"torch": torch.__version__})
