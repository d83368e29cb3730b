"""Label granularity: the same pictures pretrained on fine labels, on coarse ones, and on a random division into as many groups, and how well a linear layer
then tells the coarse classes of new pictures.

    python benchmarks/pretraining/labels.py FOLDER [--steps 300] [--seeds 3] [--each 24] [KEY=VALUE ...]

Each of 4 forms comes with 4 marks (16 fine classes). Expected: fine better than coarse, and the random division, which has as many classes as coarse, not better than coarse.
"""

import probes
import shapes
from probes import runs


def main():
    a = runs.arguments(__doc__, {}, 300, each=24)
    side = 48
    rows = {name: [] for name in ("not trained", "coarse", "fine", "random")}
    for seed in range(a.seeds):
        data = a.folder / f"shapes-{seed}"
        parents = shapes.write(data, a.each, seed, "noisy", 16, side)
        table = a.folder / f"parents-{seed}.csv"
        table.write_text("label,parent\n" + "".join(f"{k},{v}\n" for k, v in parents.items()))
        # the target: few pictures of the coarse classes, drawn anew
        coarse = a.folder / f"coarse-{seed}"
        for part in ("train", "val"):
            few = a.folder / f"target-{seed}"
            shapes.write(few, 6, 1000 + seed, "noisy", 16, side)
            for name, form in parents.items():
                for file in sorted((few / part / name).iterdir()):
                    place = coarse / part / form
                    place.mkdir(parents=True, exist_ok=True)
                    if not (place / file.name).exists():
                        (place / file.name).write_bytes(file.read_bytes())
        made = []
        for name, settings in {
            "not trained": [f'data.hierarchy {{ file = "{table}", label-level = "0" }}'],
            "coarse": [f'data.hierarchy {{ file = "{table}", label-level = "1" }}'],
            "fine": [],
            "random": [f'data.hierarchy {{ file = "{table}", label-level = "1", random = {seed} }}'],
        }.items():
            steps = 1 if name == "not trained" else a.steps
            run = a.folder / f"{name.replace(' ', '-')}-{seed}"
            made.append(probes.pretrain(data, run, "labels", "--steps", steps, *probes.sets(f"seed={seed}", "data.workers=1", *settings, *a.settings)))
        for name, value in zip(rows, probes.probe("linear", coarse, side, *made)):
            rows[name].append([value])
    runs.table(a.folder, ["pretrained on", "coarse classes of new pictures by a linear layer, top-1 in %"], rows.items())


if __name__ == "__main__":
    main()
