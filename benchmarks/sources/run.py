#!/usr/bin/env python3
"""DaTaSeg's claim: one model of several small data sets beside a model of each, where the data sets have other tasks and classes, and one has boxes alone.

    python benchmarks/sources/run.py FOLDER [--seeds 3] [--steps 300] [--train 200] [--few 8] [--val 100] [--runs together,boxes,...] [KEY=VALUE ...]

(Python 3 alone; ./maskwright builds what is needed; KEY=VALUE are settings of all runs, such as engine.threads=1.)

FOLDER/data receives three data sets of 64 x 64 pixels (org.maskwright.benchmarks.data.ThreeSources): classes of pixels in 200 pictures, objects and stuff in 200, and boxes of objects in 8;
their vocabularies overlap, crescents are of the third alone. Then a run for each seed and each of RUNS below, in FOLDER/RUN-SEED; runs that are there are not done again. A model of one data set
takes STEPS steps, one of all three 3 x STEPS, each step on one data set: as many steps on each in the mean. All are evaluated on all three, each in its own classes
(those that a model does not have are never found), so that the table shows transfer too.

Writes FOLDER/table.md: mean and standard deviation over the seeds of the last step's metrics, and for the objects of the third data set the mean IoU of their masks: of each true object the largest IoU
with a mask of its class among the image's ten surest of that class, 0 if there is none.

Source: DaTaSeg (arXiv 2306.01736): co-training is at least equal on the large data sets and better on the small one, and masks of classes with boxes alone become masks.
"""

import argparse
import json
import statistics
import subprocess
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
CONFIG = HOME / "configs/sources/shapes.conf"
RUNS = {
    "semantic": ("the classes of pixels alone", ["semantic"]),
    "panoptic": ("the objects and stuff alone", ["panoptic"]),
    "boxes": ("the boxes alone", ["boxes"]),
    "boxes-as-masks": ("the boxes alone, taken for masks", ["boxes-as-masks"]),
    "together": ("all three", ["semantic", "panoptic", "boxes"]),
    "together-as-masks": ("all three, boxes taken for masks", ["semantic", "panoptic", "boxes-as-masks"]),
}
SURE = 10
ONLY = "crescent"
METRICS = ["pixels.semantic.mIoU", "scenes.panoptic.PQ", "boxes.instance.AP", "boxes.instance.AP75"]


def data(root, train, few, val):
    if (root / "boxes/annotations/instances_val.json").exists():
        return
    main = HOME / "benchmarks/main.sh"
    subprocess.run([main, "-Xmx1g", "org.maskwright.benchmarks.data.ThreeSources", root, *map(str, (train, few, val, 64))], check=True)


def section(source):
    """The section of data.sources in the configuration."""
    folder = source.split("-")[0]
    found = [line for line in CONFIG.read_text().splitlines() if line.startswith("    { task") and f'"/{folder}"' in line]
    assert len(found) == 1, (source, found)
    return found[0].replace("type = boxes", "type = box-masks") if source == "boxes-as-masks" else found[0]


def train(run, root, sources, seed, steps, settings):
    if (run / "summary.json").exists():
        return
    parts = "\n".join(section(source) for source in sources)
    config = run.with_suffix(".conf")
    config.write_text(f'include required(file("{CONFIG}"))\n\ndata.sources = [\n{parts}\n]\n')
    command = [HOME / "maskwright", "train", config, "--run-dir", run]
    for value in [f"data.root={root}", f"seed={seed}", f"train.steps={steps * len(sources)}", *settings]:
        command += ["--set", value]
    with open(run.with_suffix(".log"), "w") as log:
        subprocess.run(command, check=True, stdout=log)


def bits(rle):
    """The pixels of a compressed run length, column by column, as an integer of bits."""
    text, counts, at = rle["counts"], [], 0
    while at < len(text):
        value, shift, more = 0, 0, True
        while more:
            c = ord(text[at]) - 48
            value |= (c & 31) << shift
            more = c & 32
            shift += 5
            at += 1
            if not more and c & 16:
                value |= -1 << shift
        counts.append(value + (counts[-2] if len(counts) > 2 else 0))
    mask, pixel = 0, 0
    for i, count in enumerate(counts):
        if i % 2:
            mask |= ((1 << count) - 1) << pixel
        pixel += count
    return mask


def iou(a, b):
    return bin(a & b).count("1") / max(1, bin(a | b).count("1"))


def mask_iou(truth, results):
    """The mean IoU of the true objects of each class, by its name."""
    found = {}
    for result in results:
        found.setdefault((result["image_id"], result["category_id"]), []).append(result)
    names = {c["id"]: c["name"] for c in truth["categories"]}
    out = {}
    for annotation in truth["annotations"]:
        own = bits(annotation["segmentation"])
        of = found.get((annotation["image_id"], annotation["category_id"]), [])
        surest = sorted(of, key=lambda r: -r["score"])[:SURE]
        best = max((iou(own, bits(r["segmentation"])) for r in surest), default=0)
        out.setdefault(names[annotation["category_id"]], []).append(100 * best)
    return {name: statistics.mean(values) for name, values in out.items()}


def measured(run, root):
    """The metrics, the mean mask IoU of all boxes' classes and of the one that no other data set has, and the median time of a step in ms."""
    last = json.loads((run / "summary.json").read_text())["last"]
    values = last.get("metrics", last)
    out = run / "evaluated"
    if not out.exists():
        subprocess.run([HOME / "maskwright", "eval", run / "checkpoints/last", "--out", out], check=True, stdout=subprocess.DEVNULL)
    truth = json.loads((root / "boxes/annotations/instances_val.json").read_text())
    ious = mask_iou(truth, json.loads((out / "boxes/instances.json").read_text()))
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    steps = [line["stepMs"] - line["dataMs"] for line in lines if line["kind"] == "train"]
    numbers = [values.get(name) for name in METRICS]
    return numbers + [statistics.mean(ious.values()), ious[ONLY], statistics.median(steps)]


def cell(values):
    known = [v for v in values if isinstance(v, (int, float))]
    if not known:
        return "none"
    return f"{statistics.mean(known):.1f} ± {statistics.stdev(known) if len(known) > 1 else 0:.1f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--train", type=int, default=200)
    parser.add_argument("--few", type=int, default=8)
    parser.add_argument("--val", type=int, default=100)
    parser.add_argument("--runs", default=",".join(RUNS), help="some of %(default)s")
    parser.add_argument("settings", nargs="*", metavar="KEY=VALUE")
    a = parser.parse_intermixed_args()
    folder = a.folder.resolve()
    root = folder / "data"
    data(root, a.train, a.few, a.val)
    text = "| trained on | mIoU, pixels | PQ, objects and stuff | AP, boxes | AP75 | mask IoU, boxes | mask IoU, crescents | ms a step |\n"
    text += "|" + "---|" * 8 + "\n"
    for name in a.runs.split(","):
        says, sources = RUNS[name]
        rows = []
        for seed in range(1, a.seeds + 1):
            run = folder / f"{name}-{seed}"
            train(run, root, sources, seed, a.steps, a.settings)
            rows.append(measured(run, root))
        columns = list(zip(*rows))
        text += f"| {says} | " + " | ".join(cell(c) for c in columns[:-1]) + f" | {statistics.median(columns[-1]):.0f} |\n"
    (folder / "table.md").write_text(text)
    print(text)


main()
