"""Choosing a pretraining without labels: six runs whose pictures are shown in better and worse ways, ranked by the rotation probe, beside a linear probe of the classes.

    python benchmarks/pretraining/rotation.py FOLDER [--task labels] [--steps 200] [--seeds 3] [KEY=VALUE ...]

Planted: whole pictures, random crops with and without colours, tiny crops that show no shape, and hardly any training. Expected: Spearman's correlation of the two rankings
at least 0.8, and the chosen run within 5 % of the best.
"""

import probes
import shapes
from probes import runs


def ways(side):
    return {
        "whole": [f"augment.crop.short-edges=[{side}]", "augment.crop.color-jitter=false"],
        "crops": [],
        "crops-far": [f"augment.crop.short-edges=[{side}, {2 * side}]"],
        "tiny": [f"augment.crop.short-edges=[{4 * side}]", f"augment.crop.max-size={16 * side}"],
        "tinier": [f"augment.crop.short-edges=[{8 * side}]", f"augment.crop.max-size={16 * side}"],
        "hardly": ["optimizer.learning-rate=1.0e-6"],
    }


def options(parser):
    parser.add_argument("--task", default="labels")


def main():
    a = runs.arguments(__doc__, {}, 200, more=options)
    side = 48
    rows = []
    for seed in range(a.seeds):
        data = a.folder / f"shapes-{seed}"
        shapes.write(data, 40, seed, "plain", 8, side)
        made = []
        for name, settings in ways(side).items():
            words = probes.sets(f"seed={seed}", "data.workers=1", *settings, *a.settings)
            made.append(probes.pretrain(data, a.folder / f"{name}-{seed}", a.task, "--steps", a.steps, *words))
        told = runs.told("select", *made, "--by", "rotation", "--data", data, "--size", side, "--threads", 1)
        for row in told["candidates"]:
            print(seed, f"{row['rotation']:6.2f} {row['linear']:6.2f}", row["checkpoint"], flush=True)
        linear = [row["linear"] for row in told["candidates"]]
        rows.append([100 * told.get("spearman", float("nan")), linear[0], max(linear)])
    runs.table(a.folder, ["chosen by", "Spearman's correlation, in %", "chosen, linear probe", "best, linear probe"], [("the rotation probe", rows)])


if __name__ == "__main__":
    main()
