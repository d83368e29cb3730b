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

import json
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import runs  # noqa: E402

CONFIG = runs.HOME / "configs/sources/shapes.conf"
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


def section(source):
    """The section of data.sources in the configuration."""
    line = runs.section(CONFIG, source.split("-")[0])
    return line.replace("type = boxes", "type = box-masks") if source == "boxes-as-masks" else line


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
    values = runs.metrics(run)
    truth = json.loads((root / "boxes/annotations/instances_val.json").read_text())
    ious = mask_iou(truth, json.loads((runs.evaluated(run) / "boxes/instances.json").read_text()))
    return [values.get(name) for name in METRICS] + [statistics.mean(ious.values()), ious[ONLY], runs.step_ms(run)]


def main():
    a = runs.arguments(__doc__, RUNS, 300, train=200, few=8, val=100)
    root = a.folder / "data"
    if not (root / "boxes/annotations/instances_val.json").exists():
        runs.java("org.maskwright.benchmarks.data.ThreeSources", root, a.train, a.few, a.val, 64)
    rows = []
    for name in a.runs:
        says, sources = RUNS[name]
        config = a.folder / f"{name}.conf"
        sections = "\n".join(section(source) for source in sources)
        config.write_text(f'include required(file("{CONFIG}"))\n\ndata.sources = [\n{sections}\n]\n')
        seeds = []
        for seed in range(1, a.seeds + 1):
            run = a.folder / f"{name}-{seed}"
            runs.train(run, config, [f"data.root={root}", f"seed={seed}", f"train.steps={a.steps * len(sources)}", *a.settings])
            seeds.append(measured(run, root))
        rows.append((says, seeds))
    header = ["trained on", "mIoU, pixels", "PQ, objects and stuff", "AP, boxes", "AP75", "mask IoU, boxes", "mask IoU, crescents", "ms a step"]
    runs.table(a.folder, header, rows)


main()
