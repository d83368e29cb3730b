"""Golden steps of SAM (arXiv 2010.01412) on a small perceptron, from its formulas, in float64.

Run: python make_sam.py        (torch and safetensors; written with torch 2.15) writes CASE.safetensors beside itself for each case below
In a file, for step s = 0 .. 4:
  s.NAME                        parameters after the step
  loss.s, gap.s, rho.s, norm.s  the loss at the weights, the loss at the moved weights minus that, how far they were moved, the norm of the
                                gradient that was followed before clipping
initial.NAME                    parameters before the first step
"""

import math
from pathlib import Path

import torch
from safetensors.torch import save_file

ROWS, INPUTS, HIDDEN, OUTPUTS = 6, 5, 8, 3
FACTORS = [0.25, 1.0, 0.75, 0.5, 0.25]  # of the learning rate: a warm-up, then down


def wave(count, factor, shift):
    return torch.tensor([math.cos(factor * n + shift) for n in range(count)], dtype=torch.float64)


def perceptron():
    model = torch.nn.Sequential(torch.nn.Linear(INPUTS, HIDDEN), torch.nn.Sigmoid(), torch.nn.Linear(HIDDEN, OUTPUTS)).double()
    with torch.no_grad():
        for k, p in enumerate(model.parameters()):
            # what float32 holds exactly: the same start for whoever computes in it
            p.copy_(wave(p.numel(), 0.9, k).float().double().reshape(p.shape))
    return model


def loss_of(model, step):
    x = wave(ROWS * INPUTS, 0.7, 1.3 * step).float().double().reshape(ROWS, INPUTS)
    target = wave(ROWS * OUTPUTS, 1.1, step).float().double().reshape(ROWS, OUTPUTS)
    return (model(x) - target).square().sum() / ROWS


def gradient(model, step):
    loss = loss_of(model, step)
    return loss.item(), list(torch.autograd.grad(loss, list(model.parameters())))


def dot(a, b):
    return sum((x * y).sum() for x, y in zip(a, b))


def run(name, base, lr, clip, radius, combine, adaptive=False):
    """One trajectory.

    radius(factor)   how far the weights are moved
    combine(g, g_p)  the gradient to follow, of those at the weights and at the moved weights
    """
    model = perceptron()
    parameters = list(model.parameters())
    names = ["hidden.weight", "hidden.bias", "out.weight", "out.bias"]
    saved = {f"initial.{n}": p.detach().clone() for n, p in zip(names, parameters)}
    optimizer = base(parameters, lr)
    for step, factor in enumerate(FACTORS):
        rho = radius(factor)
        loss, g = gradient(model, step)
        before = [p.detach().clone() for p in parameters]
        with torch.no_grad():
            length = torch.sqrt(dot(g, g)) + 1e-12
            for p, d in zip(parameters, g):
                p.add_((p.abs() if adaptive else 1.0) * rho * d / length)
        moved_loss, g_p = gradient(model, step)
        with torch.no_grad():
            for p, w, d in zip(parameters, before, combine(g, g_p)):
                p.copy_(w)
                p.grad = d.clone()
        norm = torch.nn.utils.clip_grad_norm_(parameters, clip if clip else math.inf)
        for group in optimizer.param_groups:
            group["lr"] = lr * factor
        optimizer.step()
        saved.update({f"{step}.{n}": p.detach().clone() for n, p in zip(names, parameters)})
        for key, value in (("loss", loss), ("gap", moved_loss - loss), ("rho", rho), ("norm", norm.item())):
            saved[f"{key}.{step}"] = torch.tensor([value], dtype=torch.float64)
    save_file(saved, Path(__file__).with_name(name + ".safetensors"))


def sgd(parameters, lr):
    return torch.optim.SGD(parameters, lr=lr, momentum=0.9, weight_decay=0.05)


def adamw(parameters, lr):
    return torch.optim.AdamW(parameters, lr=lr, betas=(0.9, 0.99), eps=1e-8, weight_decay=0.05)


if __name__ == "__main__":
    run("sam-sgd", sgd, 0.05, 0.0, lambda f: 0.3, lambda g, g_p: g_p)
    run("sam-adamw", adamw, 0.02, 0.5, lambda f: 0.3, lambda g, g_p: g_p)
