"""Choosing a pretraining without labels: six runs whose pictures are shown in better and worse ways, ranked by the rotation probe, beside a linear probe of the classes.

    python benchmarks/pretraining/rotation.py --out DIR [--task labels] [--seeds 3]

Planted: whole pictures, random crops with and without colours, tiny crops that show no shape, and hardly any training. Expected: Spearman's correlation of the two rankings
at least 0.8, and the chosen run within 5 % of the best.
"""

import argparse
import json

import runs
import shapes


def ways(side):
    return {
        "whole": [f"augment.crop.short-edges=[{side}]", "augment.crop.color-jitter=false"],
        "crops": [],
        "crops-far": [f"augment.crop.short-edges=[{side}, {2 * side}]"],
        "tiny": [f"augment.crop.short-edges=[{4 * side}]", f"augment.crop.max-size={16 * side}"],
        "tinier": [f"augment.crop.short-edges=[{8 * side}]", f"augment.crop.max-size={16 * side}"],
        "hardly": ["optimizer.learning-rate=1.0e-6"],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--task", default="labels")
    parser.add_argument("--steps", type=int, default=200)
    asked = runs.arguments(parser)
    side = 48
    rows = {"Spearman's correlation": [], "chosen, linear probe": [], "best, linear probe": []}
    for seed in range(asked.seeds):
        data = asked.out / f"shapes-{seed}"
        shapes.write(data, 40, seed, "plain", 8, side)
        made = []
        for name, settings in ways(side).items():
            words = [w for s in [f"seed={seed}", "data.workers=1", *settings] for w in ("--set", s)]
            made.append(runs.pretrain(asked.program, data, asked.out / f"{name}-{seed}", asked.task, "--steps", asked.steps, *words))
        text = runs.maskwright(asked.program, "select", *made, "--by", "rotation", "--data", data, "--size", side, "--threads", 1, "--json")
        told = json.loads(text)
        for row in told["candidates"]:
            print(seed, f"{row['rotation']:6.2f} {row['linear']:6.2f}", row["checkpoint"], flush=True)
        rows["Spearman's correlation"].append(told.get("spearman", float("nan")))
        rows["chosen, linear probe"].append(told["candidates"][0]["linear"])
        rows["best, linear probe"].append(max(row["linear"] for row in told["candidates"]))
        runs.table(f"choice by the rotation probe, {seed + 1} seeds", rows)


if __name__ == "__main__":
    main()
