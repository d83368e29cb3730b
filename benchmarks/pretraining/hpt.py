"""HPT: how many steps on the target's pictures it takes to reach a quality, from random values, from a base that was pretrained elsewhere, and with normalisations alone.

    python benchmarks/pretraining/hpt.py FOLDER [--task labels] [--seeds 3] [--quality 0.9] [KEY=VALUE ...]

The base learns on plain pictures, the target is inverted and noisy. Each length of training is a run of its own, with a whole schedule. The quality is a share of the best
linear probe of all runs of that seed. Expected: from the base in at most a third of the steps.
"""

import probes
import shapes
from probes import runs

LENGTHS = [25, 50, 100, 200, 400]


def options(parser):
    parser.add_argument("--task", default="labels")
    parser.add_argument("--quality", type=float, default=0.9)
    parser.add_argument("--lengths", type=lambda text: [int(n) for n in text.split(",")], default=LENGTHS, help="steps of the target's runs, such as 25,50")


def main():
    a = runs.arguments(__doc__, {}, 400, more=options)  # --steps: of the base
    side = 48
    needed = {name: [] for name in ("from random values", "from the base", "normalisations alone")}
    for seed in range(a.seeds):
        source = a.folder / f"plain-{seed}"
        target = a.folder / f"inverted-{seed}"
        shapes.write(source, 60, seed, "plain", 8, side)
        shapes.write(target, 24, 100 + seed, "inverted", 8, side)
        common = probes.sets(f"seed={seed}", "data.workers=1", *a.settings)
        base = probes.pretrain(source, a.folder / f"base-{seed}", a.task, "--steps", a.steps, *common)
        starts = {
            "from random values": [],
            "from the base": ["--init", base],
            "normalisations alone": ["--init", base, "--train-only", "norm"],
        }
        found = {}
        for name, words in starts.items():
            made = [probes.pretrain(target, a.folder / f"{name.replace(' ', '-')}-{n}-{seed}", a.task, "--steps", n, *common, *words) for n in a.lengths]
            found[name] = probes.probe("linear", target, side, *made)
            print(seed, name, dict(zip(a.lengths, (f"{v:.1f}" for v in found[name]))), flush=True)
        enough = a.quality * max(max(values) for values in found.values())
        for name, values in found.items():
            needed[name].append([next((n for n, v in zip(a.lengths, values) if v >= enough), float("nan"))])
    runs.table(a.folder, ["start", f"steps to {100 * a.quality:.0f} % of the best linear probe (nan: not reached)"], needed.items())


if __name__ == "__main__":
    main()
