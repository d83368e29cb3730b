#!/usr/bin/env python3
"""R-MAE's claim: a backbone that was pretrained on pictures without labels, by hidden pixels (MAE) or by hidden pixels and regions (R-MAE), beside one from scratch, where few pictures are labelled.

    python benchmarks/pretraining/regions.py FOLDER [--seeds 1,2,3] [--pictures 200] [--pretrain-steps 2000] [--few 16] [--steps 400] [--starts scratch,mae,r-mae] [KEY=VALUE ...]

(Python 3 alone; KEY=VALUE are settings of all runs, such as engine.threads=1; MASKWRIGHT names another launcher.)

Synthetic photographs of 64 x 64 pixels: PICTURES for the pretraining (configs/pretraining/mae.conf, r-mae.conf), whose labels nothing reads, FEW labelled ones and 60 to evaluate on for the training of a
small Mask2Former (configs/pretraining/finetune.conf). A run for each seed and start in FOLDER/START-SEED; runs that are there are not done again. Writes FOLDER/table.md: mIoU of the last step, mean and standard deviation over the seeds,
and of the pretraining reconstructions.loss of its last step.

Source: R-MAE (arXiv 2306.05411); MAE (arXiv 2111.06377).
"""

import argparse
import json
import os
import statistics
import subprocess
import time
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
MASKWRIGHT = os.environ.get("MASKWRIGHT", str(HOME / "maskwright"))
CONFIGS = HOME / "configs/pretraining"


def train(run, config, settings):
    if (run / "summary.json").exists():
        return
    command = [MASKWRIGHT, "train", CONFIGS / config, "--run-dir", run]
    for setting in settings:
        command += ["--set", setting]
    start = time.time()
    with open(f"{run}.log", "w") as log:
        done = subprocess.run([str(c) for c in command], stdout=log, stderr=subprocess.STDOUT)
    if done.returncode:
        raise SystemExit(f"{run}: failed, see {run}.log\n{Path(f'{run}.log').read_text()[-1500:]}")
    print(f"{run.name}: {time.time() - start:.0f} s", flush=True)


def last(run, metric):
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    found = [values(line)[metric] for line in lines if metric in values(line)]
    return found[-1]


def values(line):
    return line.get("values", line.get("metrics", line))


def spread(values_):
    return f"{statistics.mean(values_):.1f} ± {statistics.stdev(values_):.1f}" if len(values_) > 1 else f"{values_[0]:.1f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--pretrain-steps", type=int, default=2000)
    parser.add_argument("--few", type=int, default=16)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--starts", default="scratch,mae,r-mae")
    parser.add_argument("settings", nargs="*", help="KEY=VALUE of all runs")
    args = parser.parse_args()
    folder = args.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    scenes = "width = 64, height = 64, max-things = 4"
    rows = []
    for start in args.starts.split(","):
        scores, losses = [], []
        for seed in args.seeds.split(","):
            common = [f"seed={seed}", *args.settings]
            more = []
            if start != "scratch":
                run = folder / f"pretrain-{start}-{seed}"
                train(run, f"{start}.conf", [
                    f"data.root={folder}/pictures", f"data.scenes={{ seed = 11, train-images = {args.pictures}, val-images = 20, {scenes} }}",
                    "augment.crop.short-edges=[64,72,80,88,96]", f"train.steps={args.pretrain_steps}", f"train.checkpoint-every={args.pretrain_steps}", "eval.every=0", *common])
                more = [f"init.backbone={run}/checkpoints/last"]
                losses.append(last(run, "reconstructions.loss"))
            run = folder / f"{start}-{seed}"
            train(run, "finetune.conf", [
                f"data.root={folder}/labelled", f"data.scenes={{ seed = 12, train-images = {args.few}, val-images = 60, {scenes} }}",
                f"train.steps={args.steps}", f"train.checkpoint-every={args.steps}", *more, *common])
            scores.append(last(run, "semantic.mIoU"))
        rows.append((start, spread(scores), spread(losses) if losses else "", " ".join(f"{s:.1f}" for s in scores)))
    table = ["| start | mIoU | loss of hidden pixels | each seed |", "|---|---|---|---|", *(f"| {a} | {b} | {c} | {d} |" for a, b, c, d in rows)]
    (folder / "table.md").write_text("\n".join(table) + "\n")
    print("\n".join(table))


if __name__ == "__main__":
    main()
