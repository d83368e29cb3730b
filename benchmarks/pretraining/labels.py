"""Label granularity: the same pictures pretrained on fine labels, on coarse ones, and on a random division into as many groups, and how well a linear layer
then tells the coarse classes of new pictures.

    python benchmarks/pretraining/labels.py --out DIR [--steps 300] [--seeds 3]

Each of 4 forms comes with 4 marks (16 fine classes). Expected: fine better than coarse, and the random division, which has as many classes as coarse, not better than coarse.
"""

import argparse

import runs
import shapes


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--each", type=int, default=24)
    asked = runs.arguments(parser)
    side = 48
    rows = {name: [] for name in ("not trained", "coarse", "fine", "random")}
    for seed in range(asked.seeds):
        data = asked.out / f"shapes-{seed}"
        parents = shapes.write(data, asked.each, seed, "noisy", 16, side)
        table = asked.out / f"parents-{seed}.csv"
        table.write_text("label,parent\n" + "".join(f"{k},{v}\n" for k, v in parents.items()))
        # the target: few pictures of the coarse classes, drawn anew
        coarse = asked.out / f"coarse-{seed}"
        for part in ("train", "val"):
            few = asked.out / f"target-{seed}"
            shapes.write(few, 6, 1000 + seed, "noisy", 16, side)
            for name, form in parents.items():
                for i, file in enumerate(sorted((few / part / name).iterdir())):
                    place = coarse / part / form
                    place.mkdir(parents=True, exist_ok=True)
                    if not (place / file.name).exists():
                        (place / file.name).write_bytes(file.read_bytes())
        made = []
        for name, words in {
            "not trained": ["--set", f'data.hierarchy {{ file = "{table}", label-level = "0" }}'],
            "coarse": ["--set", f'data.hierarchy {{ file = "{table}", label-level = "1" }}'],
            "fine": [],
            "random": ["--set", f'data.hierarchy {{ file = "{table}", label-level = "1", random = {seed} }}'],
        }.items():
            steps = 1 if name == "not trained" else asked.steps
            run = asked.out / f"{name.replace(' ', '-')}-{seed}"
            made.append(runs.pretrain(asked.program, data, run, "labels", "--steps", steps, "--set", f"seed={seed}", "--set", "data.workers=1", *words))
        for name, value in zip(rows, runs.probe(asked.program, "linear", coarse, side, *made)):
            rows[name].append(value)
        runs.table(f"coarse classes of new pictures by a linear layer, top-1 in %, {seed + 1} seeds", rows)


if __name__ == "__main__":
    main()
