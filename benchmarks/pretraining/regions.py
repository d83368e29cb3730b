#!/usr/bin/env python3
"""R-MAE's claim: a backbone that was pretrained on pictures without labels, by hidden pixels (MAE) or by hidden pixels and regions (R-MAE), beside one from scratch, where few pictures are labelled.

    python benchmarks/pretraining/regions.py FOLDER [--seeds 3] [--pictures 200] [--pretrain-steps 2000] [--few 16] [--steps 400] [--runs scratch,mae,r-mae] [KEY=VALUE ...]

(Python 3 alone; ./maskwright builds what is needed; KEY=VALUE are settings of all runs, such as engine.threads=1.)

Synthetic photographs of 64 x 64 pixels: PICTURES for the pretraining (configs/pretraining/mae.conf, r-mae.conf), whose labels nothing reads, FEW labelled ones and 60 to evaluate on for the training of a
small Mask2Former (configs/pretraining/finetune.conf). A run for each seed and start in FOLDER; runs that are there are not done again. Writes FOLDER/table.md: mIoU of the last step, mean and standard deviation over the seeds,
and of the pretraining reconstructions.loss of its last step.

Source: R-MAE (arXiv 2306.05411); MAE (arXiv 2111.06377).
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import runs  # noqa: E402

CONFIGS = runs.HOME / "configs/pretraining"
RUNS = {"scratch": "not pretrained", "mae": "MAE", "r-mae": "R-MAE"}
SCENES = "width = 64, height = 64, max-things = 4"


def pretrained(a, start, seed):
    """The run of a pretraining."""
    run = a.folder / f"pretrain-{start}-{seed}"
    scenes = f"{{ seed = 11, train-images = {a.pictures}, val-images = 20, {SCENES} }}"
    steps = [f"train.steps={a.pretrain_steps}", f"train.checkpoint-every={a.pretrain_steps}", "eval.every=0"]
    runs.train(run, CONFIGS / f"{start}.conf", [f"data.root={a.folder}/pictures", f"data.scenes={scenes}", "augment.crop.short-edges=[64,72,80,88,96]", *steps, f"seed={seed}", *a.settings])
    return run


def finetuned(a, start, seed, settings):
    """The run of a segmentation on FEW labelled pictures."""
    run = a.folder / f"{start}-{seed}"
    scenes = f"{{ seed = 12, train-images = {a.few}, val-images = 60, {SCENES} }}"
    steps = [f"train.steps={a.steps}", f"train.checkpoint-every={a.steps}"]
    runs.train(run, CONFIGS / "finetune.conf", [f"data.root={a.folder}/labelled", f"data.scenes={scenes}", *steps, *settings, f"seed={seed}", *a.settings])
    return run


def main():
    a = runs.arguments(__doc__, RUNS, 400, pictures=200, few=16, **{"pretrain-steps": 2000})
    rows = []
    for start in a.runs:
        seeds = []
        for seed in range(1, a.seeds + 1):
            settings, loss = [], None
            if start != "scratch":
                run = pretrained(a, start, seed)
                settings = [f"init.backbone={run}/checkpoints/last"]
                loss = runs.metrics(run)["reconstructions.loss"]
            seeds.append([runs.metrics(finetuned(a, start, seed, settings))["semantic.mIoU"], loss])
        rows.append((RUNS[start], seeds))
    runs.table(a.folder, ["start", "mIoU", "loss of hidden pixels"], rows)


if __name__ == "__main__":
    main()
