#!/usr/bin/env python3
"""PLRC's claim: a backbone that learnt to tell points of regions apart finds points of one view in another better than one that learnt from whole pictures (MoCo), and both better than random weights.

    python benchmarks/pretraining/points.py FOLDER [--seeds 1,2,3] [--pictures 1000] [--pretrain-steps 1500] [--few 16] [--steps 400] [--starts random,moco,plrc] [KEY=VALUE ...]

(Python 3 alone; KEY=VALUE are settings of all runs, such as engine.threads=1; MASKWRIGHT names another launcher.)

Synthetic photographs of 128 x 96 pixels without labels for the pretraining (configs/pretraining/moco.conf, plrc.conf); random: one step at learning rate 0. Then a small Mask2Former on that backbone learns from FEW labelled
photographs of 64 x 64 pixels (configs/pretraining/finetune.conf). A run for each seed and start in FOLDER/START-SEED; runs that are there are not done again. Writes FOLDER/table.md: points.accuracy and points.distance of the
pretraining's last step, mIoU of the training's, mean and standard deviation over the seeds.

Source: PLRC (arXiv 2202.04639), MoCo v2 (arXiv 2003.04297).
"""

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from regions import last, spread, train  # noqa: E402

RESNET = ["model.backbone.type=resnet", "model.backbone.resnet.block=basic", "model.backbone.resnet.blocks=[1,1,1,1]", "model.backbone.resnet.width=32", "model.backbone.resnet.norm=batch"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--pictures", type=int, default=1000)
    parser.add_argument("--pretrain-steps", type=int, default=1500)
    parser.add_argument("--few", type=int, default=16)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--starts", default="random,moco,plrc")
    parser.add_argument("settings", nargs="*", help="KEY=VALUE of all runs")
    args = parser.parse_args()
    folder = args.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for start in args.starts.split(","):
        found, off, scores = [], [], []
        for seed in args.seeds.split(","):
            common = [f"seed={seed}", *args.settings]
            steps = 1 if start == "random" else args.pretrain_steps
            run = folder / f"pretrain-{start}-{seed}"
            still = ["optimizer.learning-rate=1e-12"] if start == "random" else []
            train(run, "plrc.conf" if start == "plrc" else "moco.conf", [
                f"data.root={folder}/pictures", f"data.scenes={{ seed = 11, train-images = {args.pictures}, val-images = 40, width = 128, height = 96, max-things = 6 }}",
                f"train.steps={steps}", f"train.checkpoint-every={steps}", "eval.every=0", *still, *common])
            found.append(last(run, "points.accuracy"))
            off.append(last(run, "points.distance"))
            tuned = folder / f"{start}-{seed}"
            train(tuned, "finetune.conf", [
                f"data.root={folder}/labelled", f"data.scenes={{ seed = 12, train-images = {args.few}, val-images = 60, width = 64, height = 64, max-things = 4 }}",
                f"train.steps={args.steps}", f"train.checkpoint-every={args.steps}", *RESNET, f"init.backbone={run}/checkpoints/last", *common])
            scores.append(last(tuned, "semantic.mIoU"))
        rows.append((start, spread(found), spread(off), spread(scores)))
    table = ["| start | points found | distance | mIoU |", "|---|---|---|---|", *(f"| {a} | {b} | {c} | {d} |" for a, b, c, d in rows)]
    (folder / "table.md").write_text("\n".join(table) + "\n")
    print("\n".join(table))


if __name__ == "__main__":
    main()
