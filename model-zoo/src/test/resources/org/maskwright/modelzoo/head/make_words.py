"""Makes words.safetensors: logits of FC-CLIP's classifier with gradients, and its geometric ensemble.

python make_words.py FC_CLIP    the git directory of github.com/bytedance/fc-clip (Apache-2.0); its function is run, not copied
"""
import ast
import os
import subprocess
import sys

import numpy as np
import torch
from safetensors.torch import save_file
from torch.nn import functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
WORDS = [1, 3, 2, 1]  # of each class
S = max(WORDS)


def reference(repo):
    path = "fcclip/modeling/transformer_decoder/fcclip_transformer_decoder.py"
    text = subprocess.run(["git", "-C", repo, "show", "HEAD:" + path], check=True, capture_output=True, text=True).stdout
    tree = ast.parse(text)
    tree.body = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "get_classification_logits"]
    scope = {"torch": torch, "F": F}
    exec(compile(tree, "<reference>", "exec"), scope)
    return scope["get_classification_logits"]


def ensemble(logits, other, seen, covered, alpha, beta):
    """p_in^(1-w) p_out^w, no-object of the head (fcclip.py, forward)."""
    def softmax(x):
        e = np.exp(x - x.max(-1, keepdims=True))
        return e / e.sum(-1, keepdims=True)
    p_in, p_out, void = softmax(logits[..., :-1]), softmax(other), softmax(logits)[..., -1:]
    w = np.where(seen, alpha, beta) * covered[..., None]
    joined = softmax(np.log(p_in ** (1 - w) * p_out ** w))
    return np.concatenate([joined * (1 - void), void], -1)


def main():
    classify = reference(sys.argv[1])
    torch.manual_seed(3)
    torch.set_default_dtype(torch.float64)
    b, q, c, d, k = 2, 5, 6, 7, len(WORDS)
    layers = [torch.nn.Linear(c, c), torch.nn.Linear(c, c), torch.nn.Linear(c, d)]
    background = torch.randn(1, d, requires_grad=True)
    scale = torch.tensor(np.log(1 / 0.07), requires_grad=True)
    states = torch.randn(b, q, c, requires_grad=True)
    words = [F.normalize(torch.randn(n, d), dim=-1) for n in WORDS]
    rows = torch.stack([torch.cat([w, w[:1].expand(S - len(w), d)]) for w in words])  # [K,S,D]

    x = states
    for i, layer in enumerate(layers):
        x = layer(x if i == 0 else x.relu())
    text = torch.cat(words + [F.normalize(background, dim=-1)])
    logits = classify(x, text, scale, WORDS)
    assert logits.shape == (b, q, k + 1)
    (logits * torch.cos(0.37 * torch.arange(logits.numel())).reshape(logits.shape)).sum().backward()
    saved = {"states": states, "table": rows, "logits": logits, "grad.states": states.grad,
             "grad.background.weight": background.grad, "grad.logit_scale": scale.grad,
             "state.background.weight": background, "state.logit_scale": scale, "state.table": rows}
    for i, layer in enumerate(layers):
        saved[f"state.projection.layers.{i}.weight"] = layer.weight
        saved[f"state.projection.layers.{i}.bias"] = layer.bias
        saved[f"grad.projection.layers.{i}.weight"] = layer.weight.grad

    regions = 3 * torch.randn(b, q, d)
    covered = torch.ones(b, q)
    covered[0, 2] = 0
    other = classify(regions, torch.cat(words + [words[0][:1]]), torch.tensor(np.log(50.0)), WORDS)[..., :-1]
    seen = np.array([True, False, True, False])
    saved["regions"], saved["covered"], saved["seen"] = regions, covered, torch.tensor(seen)
    for name, (alpha, beta) in {"none": (0, 0), "all": (1, 1), "fc-clip": (0.4, 0.8), "f-vlm": (0.35, 0.65)}.items():
        saved["ensemble." + name] = torch.tensor(
            ensemble(logits.detach().numpy(), other.numpy(), seen, covered.numpy(), alpha, beta))
    path = os.path.join(HERE, "words.safetensors")
    save_file({n: v.detach().float().contiguous() for n, v in saved.items()}, path,
              metadata={"torch": torch.__version__, "python": sys.version.split()[0]})
    print(f"{os.path.getsize(path) / 1024:.0f} KiB")


main()
