#!/usr/bin/env python3
"""One model of four published data sets beside a model of each: CamVid (classes of pixels), Penn-Fudan (objects), COCO's first hundred (both), three pictures of ADE20K (classes of pixels).

    python benchmarks/sources/real.py FOLDER --data DIR --backbone resnet18.safetensors [--seeds 3] [--steps 2000] [--runs all,camvid,...] [KEY=VALUE ...]

(Python 3 alone; ./maskwright builds what is needed; KEY=VALUE are settings of all runs, such as engine.threads=1.)

DIR holds camvid, PennFudanPed, coco and ade20k_sceneparsing (its sample of three pictures) as they are published; FOLDER/data has links to them, nothing is copied. The model of all takes --steps steps, each on one data set, by the ratios of
configs/sources/real.conf; the model of one takes the steps that the model of all takes on that data set in the mean: equal steps are equal steps on a data set's own pictures. A model of one that took as many
as the model of all would see its pictures several times as often, and cost as much as the model of all for one data set instead of four. All are evaluated on all four, each in its own classes, so that the
table shows transfer too. ADE20K's three pictures are trained on and evaluated on: how well they are learnt beside the others, not how well others like them are found.

Writes FOLDER/table.md: mean and standard deviation over the seeds of the last step's metrics.
"""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import runs  # noqa: E402

CONFIG = runs.HOME / "configs/sources/real.conf"
FOLDERS = {"camvid": "camvid", "pedestrians": "PennFudanPed", "coco": "coco", "ade": "ade20k"}
RUNS = {
    "all": "all four",
    "camvid": "CamVid alone",
    "pedestrians": "Penn-Fudan alone",
    "coco": "COCO's hundred alone",
    "ade": "ADE20K's three alone",
}
METRICS = {
    "mIoU, CamVid": "streets.semantic.mIoU",
    "AP, Penn-Fudan": "pedestrians.instance.AP",
    "AP50": "pedestrians.instance.AP50",
    "PQ, COCO": "coco.panoptic.PQ",
    "mIoU, ADE20K": "ade.semantic.mIoU",
}


def ratio(section):
    return float(re.search(r"ratio = ([\d.]+)", section).group(1))


def links(root, published):
    """The data sets in the layouts that they are read in; ADE20K's sample as a whole one."""
    sample = published / "ade20k_sceneparsing"
    targets = {name: published / name for name in ("camvid", "PennFudanPed", "coco")}
    targets["ade20k/objectInfo150.txt"] = sample / "objectInfo150.txt"
    targets["ade20k/images/validation"] = sample / "sampleData/images"
    targets["ade20k/annotations/validation"] = sample / "sampleData/annotations"
    for name, target in targets.items():
        if not target.exists():
            sys.exit(f"--data: expected {target}, found none")
        link = root / name
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.is_symlink():
            link.symlink_to(target)


def options(parser):
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--backbone", type=Path, required=True, metavar="FILE")


def main():
    a = runs.arguments(__doc__, RUNS, 2000, more=options)
    links(a.folder / "data", a.data.resolve())
    sections = {name: runs.section(CONFIG, folder) for name, folder in FOLDERS.items()}
    total = sum(map(ratio, sections.values()))
    rows = []
    for name in a.runs:
        own = list(sections.values()) if name == "all" else [sections[name]]
        steps = round(a.steps * sum(map(ratio, own)) / total)
        config = a.folder / f"{name}.conf"
        lines = "\n".join(own)
        config.write_text(f'include required(file("{CONFIG}"))\n\ndata.sources = [\n{lines}\n]\n')
        seeds = []
        for seed in range(1, a.seeds + 1):
            run = a.folder / f"{name}-{seed}"
            settings = [f"data.root={a.folder / 'data'}", f"init.backbone={a.backbone.resolve()}", f"seed={seed}", f"train.steps={steps}"]
            runs.train(run, config, settings + a.settings)
            values = runs.metrics(run)
            seeds.append([values.get(metric) for metric in METRICS.values()])
        rows.append((f"{RUNS[name]}, {steps} steps", seeds))
    runs.table(a.folder, ["trained on", *METRICS], rows)


main()
