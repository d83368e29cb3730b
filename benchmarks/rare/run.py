"""MaskFormer's claim: mask classification beside per-pixel classification where classes are many and rare.

    python benchmarks/rare/run.py FOLDER [--seeds 3] [--steps 3000] [--train 80] [--val 80] [--runs mask2former,...] [KEY=VALUE ...]

(Python 3 alone; ./maskwright builds what is needed; KEY=VALUE are settings of all runs, such as engine.threads=1.)

FOLDER receives 80 training pictures of 40 classes, half of which are in six or fewer of them, and a run for each model and seed, which differ in nothing but the decoder and its loss
(and, for Mask2Former's, the pixel decoder, which gives its memory of three sizes); runs that are there are not done again. Writes FOLDER/table.md: mIoU of the last step on pictures in which all classes are as frequent, mean and standard deviation over the
seeds, of all classes and of the rarer half, and the time of a step.

Source: MaskFormer (arXiv 2107.06278), section 4.3: the advantage over its two per-pixel baselines grows with the number of classes.
"""

import json
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import runs  # noqa: E402

CONFIG = Path(__file__).with_name("rare.conf")
CLASSES = 41  # with the ground, in falling frequency
MODELS = {
    "mask2former": (
        "mask classification, Mask2Former's decoder",
        ["model.pixel-decoder.type=deformable", "model.decoder.type=masked-attention", "criterion.type=points"],
    ),
    "per-pixel": ("per pixel", ["model.decoder.type=per-pixel", "criterion.type=per-pixel"]),
    "per-pixel-plus": ("per pixel, with queries (+)", ["model.decoder.type=per-pixel-plus", "criterion.type=per-pixel"]),
    "maskformer": ("mask classification, MaskFormer's decoder", []),
}


def measured(run):
    """mIoU of all classes, of the rarer half, and the median time of a step in ms."""
    table = json.loads((runs.evaluated(run) / "evaluation.json").read_text())
    ious = list(table["perClass"]["semantic.IoU"].values())
    rare = [iou for iou in ious[CLASSES // 2 + 1 :] if iou is not None]
    return runs.metrics(run)["semantic.mIoU"], statistics.mean(rare), runs.step_ms(run)


def main():
    a = runs.arguments(__doc__, MODELS, 3000, train=80, val=80)
    root = a.folder / "data"
    if not (root / "val.txt").exists():
        runs.java("org.maskwright.benchmarks.data.RareShapes", root, a.train, a.val, 128)
    rows = []
    for model in a.runs:
        name, settings = MODELS[model]
        seeds = []
        for seed in range(1, a.seeds + 1):
            run = a.folder / f"{model}-{seed}"
            runs.train(run, CONFIG, [f"data.root={root}", f"seed={seed}", f"train.steps={a.steps}", *settings, *a.settings])
            seeds.append(measured(run))
        rows.append((name, seeds))
    runs.table(a.folder, ["model", "mIoU, 41 classes", "mIoU, the 20 rarest", "ms a step"], rows)


main()
