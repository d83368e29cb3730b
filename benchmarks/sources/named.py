#!/usr/bin/env python3
"""Is a class that only one data set names found on pictures like those of another?

    python benchmarks/sources/named.py FOLDER [--seeds 3] [--steps 1500] [--train 1500] [--val 200] [--runs words,linear,...] [KEY=VALUE ...]

(Python 3 alone; ./maskwright builds what is needed; KEY=VALUE are settings of all runs, such as engine.threads=1.)

FOLDER/data receives plain pictures (data caption-shapes: shapes of one colour), of which training has those without a triangle and the names disc and square; patterned pictures
(org.maskwright.benchmarks.data.ThreeSources) with the names square, triangle, ring and hexagon; and bank.npz, vectors of all words at right angles to each other, of random directions. Then a run for each seed
and each of RUNS below, in FOLDER/RUN-SEED; runs that are there are not done again. A model of one data set takes STEPS steps, one of both 2 x STEPS. All are asked for disc, square and triangle on plain
pictures with all three. A model of words that never met "triangle" is asked by its vector all the same; a linear head without the class never says it.

Writes FOLDER/table.md: mean and standard deviation over the seeds of how many triangles (and discs and squares) of the plain pictures the best mask calls by their name (by chance a third), and of the
average precision of each.

Source: DaTaSeg (arXiv 2306.01736), section 4: data sets share what they know through one space of words.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import runs  # noqa: E402
import vectors  # noqa: E402

CONFIG = Path(__file__).with_name("named.conf")
WORDS = ["disc", "square", "triangle", "ring", "hexagon", "ground", "water"]
WIDTH = 16
NAMED = "triangle"
RUNS = {
    "words": ("both, words", ["plain", "patterned/panoptic"], "words"),
    "linear": ("both, linear head", ["plain", "patterned/panoptic"], "linear"),
    "plain": ("plain pictures alone, words", ["plain"], "words"),
    "patterned": ("patterned pictures alone, words", ["patterned/panoptic"], "words"),
}


def shapes_only(source, target, classes, without):
    """COCO's instances of "red disc" as those of "disc"; without pictures that show some shape."""
    data = json.loads(source.read_text())
    shape = {c["id"]: c["name"].split()[-1] for c in data["categories"]}
    left_out = {a["image_id"] for a in data["annotations"] if shape[a["category_id"]] == without}
    data["images"] = [i for i in data["images"] if i["id"] not in left_out]
    data["annotations"] = [
        dict(a, category_id=1 + classes.index(shape[a["category_id"]])) for a in data["annotations"] if a["image_id"] not in left_out
    ]
    data["categories"] = [{"id": 1 + k, "name": name, "isthing": 1} for k, name in enumerate(classes)]
    target.write_text(json.dumps(data))


def data(root, train, val):
    if (root / "bank.npz").exists():
        return
    plain = root / "plain"
    # About four in ten pictures show no triangle.
    runs.maskwright("data", "caption-shapes", "--images", int(2.5 * train), "--val", val, "--out", plain)
    annotations = plain / "annotations"
    shapes_only(annotations / "shapes_train.json", annotations / "named_train.json", WORDS[:2], NAMED)
    shapes_only(annotations / "shapes_val.json", annotations / "named_val.json", WORDS[:3], None)
    if not (root / "patterned/panoptic").exists():
        runs.java("org.maskwright.benchmarks.data.ThreeSources", root / "patterned", train, 1, val, 64)
    vectors.bank(root / "bank.npz", dict(zip(WORDS, vectors.orthogonal(len(WORDS), WIDTH, seed=1))))


def measured(run):
    """In per cent: the share of triangles that are called so, of discs and squares, and the average precision of both."""
    classes = json.loads((runs.evaluated(run) / "evaluation.json").read_text())["evaluations"]["plain"]["perClass"]
    found = []
    for metric in ("labels.accuracy", "instance.AP"):
        values = classes[metric]
        others = [values.get(name) or 0 for name in WORDS[:2]]
        found += [values.get(NAMED) or 0, sum(others) / 2]
    return found


def main():
    a = runs.arguments(__doc__, RUNS, 1500, train=1500, val=200)
    root = a.folder / "data"
    root.mkdir(exist_ok=True)
    data(root, a.train, a.val)
    rows = []
    for name in a.runs:
        says, sources, head = RUNS[name]
        config = a.folder / f"{name}.conf"
        sections = "\n".join(runs.section(CONFIG, source) for source in sources)
        config.write_text(f'include required(file("{CONFIG}"))\n\ndata.sources = [\n{sections}\n]\nmodel.class-head.type = {head}\n')
        seeds = []
        for seed in range(1, a.seeds + 1):
            run = a.folder / f"{name}-{seed}"
            runs.train(run, config, [f"data.root={root}", f"seed={seed}", f"train.steps={a.steps * len(sources)}", *a.settings])
            seeds.append(measured(run))
        rows.append((says, seeds))
    header = ["trained on", "triangles called so", "discs and squares called so", "AP, triangles", "AP, discs and squares"]
    runs.table(a.folder, header, rows)


main()
