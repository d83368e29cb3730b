#!/usr/bin/env python3
"""PLRC's claim: a backbone that learnt to tell points of regions apart finds points of one view in another better than one that learnt from whole pictures (MoCo), and both better than random weights.

    python benchmarks/pretraining/points.py FOLDER [--seeds 3] [--pictures 1000] [--pretrain-steps 1500] [--few 16] [--steps 400] [--runs random,moco,plrc] [KEY=VALUE ...]

(Python 3 alone; ./maskwright builds what is needed; KEY=VALUE are settings of all runs, such as engine.threads=1.)

Synthetic photographs of 128 x 96 pixels without labels for the pretraining (configs/pretraining/moco.conf, plrc.conf); random: one step at hardly any learning rate. Then a small Mask2Former on that backbone learns from FEW labelled
photographs of 64 x 64 pixels (configs/pretraining/finetune.conf). A run for each seed and start in FOLDER; runs that are there are not done again. Writes FOLDER/table.md: points.accuracy and points.distance of the
pretraining's last step, mIoU of the training's, mean and standard deviation over the seeds.

Source: PLRC (arXiv 2202.04639), MoCo v2 (arXiv 2003.04297).
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import runs  # noqa: E402
from regions import CONFIGS, finetuned  # noqa: E402

RUNS = {"random": "random weights", "moco": "MoCo", "plrc": "PLRC"}
RESNET = ["model.backbone.type=resnet", "model.backbone.resnet.block=basic", "model.backbone.resnet.blocks=[1,1,1,1]", "model.backbone.resnet.width=32", "model.backbone.resnet.norm=batch"]


def pretrained(a, start, seed):
    """The run of a pretraining."""
    run = a.folder / f"pretrain-{start}-{seed}"
    scenes = f"{{ seed = 11, train-images = {a.pictures}, val-images = 40, width = 128, height = 96, max-things = 6 }}"
    steps = 1 if start == "random" else a.pretrain_steps
    still = ["optimizer.learning-rate=1e-12"] if start == "random" else []
    settings = [f"data.root={a.folder}/pictures", f"data.scenes={scenes}", f"train.steps={steps}", f"train.checkpoint-every={steps}", "eval.every=0", *still]
    runs.train(run, CONFIGS / ("plrc.conf" if start == "plrc" else "moco.conf"), [*settings, f"seed={seed}", *a.settings])
    return run


def main():
    a = runs.arguments(__doc__, RUNS, 400, pictures=1000, few=16, **{"pretrain-steps": 1500})
    rows = []
    for start in a.runs:
        seeds = []
        for seed in range(1, a.seeds + 1):
            run = pretrained(a, start, seed)
            found = runs.metrics(run)
            tuned = runs.metrics(finetuned(a, start, seed, [*RESNET, f"init.backbone={run}/checkpoints/last"]))
            seeds.append([found["points.accuracy"], found["points.distance"], tuned["semantic.mIoU"]])
        rows.append((RUNS[start], seeds))
    runs.table(a.folder, ["start", "points found", "distance", "mIoU"], rows)


if __name__ == "__main__":
    main()
