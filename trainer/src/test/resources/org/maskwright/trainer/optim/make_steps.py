"""Golden optimiser steps of PyTorch: AdamW and SGD with parameter groups, clipping by the norm of all gradients, schedules, the moving average.

Run: python make_steps.py        (torch and safetensors; written with torch 2.15) writes CASE.safetensors beside itself for each case below
     python make_steps.py sgd    only the cases whose names begin so
Each case is ten steps of a small model on six images a step. In a file, for step s = 0 .. 9:
  loss.s, norm.s, lr.s     the loss, the norm before clipping, the learning rate of a group with factor 1
  s.NAME, ema.s.NAME       parameters and their moving averages after the step
initial.NAME               parameters before the first step
"""

import math
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch.optim.lr_scheduler import ChainedScheduler, LinearLR, MultiStepLR, PolynomialLR
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

IMAGES, INPUTS, HIDDEN, OUTPUTS, STEPS = 6, 5, 4, 3, 10


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = torch.nn.Linear(INPUTS, HIDDEN)
        self.norm = torch.nn.LayerNorm(HIDDEN)
        self.table = torch.nn.Embedding(1, HIDDEN)
        self.head = torch.nn.Linear(HIDDEN, OUTPUTS)

    def forward(self, x):
        return self.head(self.norm(self.backbone(x)) + self.table.weight)


def wave(count, factor, shift):
    return torch.tensor([math.cos(factor * n + shift) for n in range(count)], dtype=torch.float32)


def images(step):
    """Inputs [IMAGES,INPUTS]; each step its own. The scale makes some steps' gradients longer than the clip norm and some shorter."""
    scale = 0.2 if step % 3 == 1 else 3.0
    return wave(IMAGES * INPUTS, 0.7, 1.3 * step).reshape(IMAGES, INPUTS) * scale


def loss_of(model, step):
    target = wave(IMAGES * OUTPUTS, 1.1, step).reshape(IMAGES, OUTPUTS)
    return (model(images(step)) - target).square().sum() / IMAGES * (0.05 if step % 3 == 1 else 1.0)


def adamw(groups):
    return torch.optim.AdamW(groups, betas=(0.9, 0.99), eps=1e-8)


def run(name, base_lr, multiplier, decay, norm_decay, clip, ema_decay, scheduler, base=adamw):
    if not name.startswith(tuple(sys.argv[1:]) or ""):
        return
    model = Model()
    with torch.no_grad():
        for k, p in enumerate(model.parameters()):
            p.copy_(wave(p.numel(), 0.9, k).reshape(p.shape))
    saved = {f"initial.{n}": p.detach().clone() for n, p in model.named_parameters()}
    groups = [
        {"params": model.backbone.parameters(), "lr": base_lr * multiplier, "weight_decay": decay},
        {"params": [*model.norm.parameters(), *model.table.parameters()], "lr": base_lr, "weight_decay": norm_decay},
        {"params": model.head.parameters(), "lr": base_lr, "weight_decay": decay},
    ]
    optimizer = base(groups)
    schedule = scheduler(optimizer)
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(ema_decay)) if ema_decay else None
    if average is not None:
        average.update_parameters(model)  # the first call copies: ours starts at the initial values
    for step in range(STEPS):
        loss = loss_of(model, step)
        optimizer.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), clip if clip else math.inf)
        saved[f"loss.{step}"], saved[f"norm.{step}"] = loss.detach().reshape(1), norm.detach().reshape(1)
        saved[f"lr.{step}"] = torch.tensor([optimizer.param_groups[2]["lr"]], dtype=torch.float64)
        optimizer.step()
        schedule.step()
        for n, p in model.named_parameters():
            saved[f"{step}.{n}"] = p.detach().clone()
        if average is not None:
            average.update_parameters(model)
            for n, p in average.module.named_parameters():
                saved[f"ema.{step}.{n}"] = p.detach().clone()
    save_file(saved, Path(__file__).with_name(name + ".safetensors"))


def poly(optimizer):
    return ChainedScheduler([LinearLR(optimizer, 0.2, 1.0, 4), PolynomialLR(optimizer, STEPS, 0.9)], optimizer=optimizer)


run("poly", 0.05, 0.1, 0.05, 0.0, 0.5, 0.9, poly)
run("steps", 0.05, 0.25, 0.3, 0.1, 0.0, 0.0, lambda o: MultiStepLR(o, [4, 8], 0.1))
run("constant", 0.02, 1.0, 0.0, 0.0, 1.0, 0.5, lambda o: MultiStepLR(o, [], 0.1))
run("sgd", 0.05, 0.1, 0.05, 0.0, 0.5, 0.9, poly, lambda g: torch.optim.SGD(g, momentum=0.9))
run("sgd-nesterov", 0.02, 0.25, 0.3, 0.1, 0.0, 0.0, lambda o: MultiStepLR(o, [4, 8], 0.1), lambda g: torch.optim.SGD(g, momentum=0.8, nesterov=True))
run("sgd-plain", 0.02, 1.0, 0.0, 0.0, 1.0, 0.5, lambda o: MultiStepLR(o, [], 0.1), torch.optim.SGD)
