"""HPT: how many steps on the target's pictures it takes to reach a quality, from random values, from a base that was pretrained elsewhere, and with normalisations alone.

    python benchmarks/pretraining/hpt.py --out DIR [--task labels] [--seeds 3] [--quality 0.9]

The base learns on plain pictures, the target is inverted and noisy. Each length of training is a run of its own, with a whole schedule. The quality is a share of the best
linear probe of all runs of that seed. Expected: from the base in at most a third of the steps.
"""

import argparse

import runs
import shapes

LENGTHS = [25, 50, 100, 200, 400]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--task", default="labels")
    parser.add_argument("--quality", type=float, default=0.9)
    parser.add_argument("--lengths", type=int, nargs="+", default=LENGTHS)
    parser.add_argument("--base-steps", type=int, default=400)
    asked = runs.arguments(parser)
    side = 48
    needed = {name: [] for name in ("from random values", "from the base", "normalisations alone")}
    for seed in range(asked.seeds):
        source = asked.out / f"plain-{seed}"
        target = asked.out / f"inverted-{seed}"
        shapes.write(source, 60, seed, "plain", 8, side)
        shapes.write(target, 24, 100 + seed, "inverted", 8, side)
        common = ["--set", f"seed={seed}", "--set", "data.workers=1"]
        base = runs.pretrain(asked.program, source, asked.out / f"base-{seed}", asked.task, "--steps", asked.base_steps, *common)
        starts = {
            "from random values": [],
            "from the base": ["--init", base],
            "normalisations alone": ["--init", base, "--train-only", "norm"],
        }
        found = {}
        for name, words in starts.items():
            made = []
            for steps in asked.lengths:
                run = asked.out / f"{name.replace(' ', '-')}-{steps}-{seed}"
                made.append(runs.pretrain(asked.program, target, run, asked.task, "--steps", steps, *common, *words))
            found[name] = runs.probe(asked.program, "linear", target, side, *made)
            print(seed, name, dict(zip(asked.lengths, (f"{v:.1f}" for v in found[name]))), flush=True)
        enough = asked.quality * max(max(values) for values in found.values())
        for name, values in found.items():
            needed[name].append(next((n for n, v in zip(asked.lengths, values) if v >= enough), float("nan")))
        runs.table(f"steps to {100 * asked.quality:.0f} % of the best linear probe, {seed + 1} seeds (nan: not reached)", needed)


if __name__ == "__main__":
    main()
