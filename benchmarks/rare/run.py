"""MaskFormer's claim: mask classification beside per-pixel classification where classes are many and rare.

    python benchmarks/rare/run.py FOLDER [--seeds 3] [--steps 3000] [--train 80] [--val 80] [--models mask2former,...] [KEY=VALUE ...]

(Python 3 alone; ./maskwright builds what is needed; KEY=VALUE are settings of all runs, such as engine.threads=1.)

FOLDER receives 80 training pictures of 40 classes, half of which are in six or fewer of them, and a run for each model and seed, which differ in nothing but the decoder and its loss
(and, for Mask2Former's, the pixel decoder, which gives its memory of three sizes); runs that are there are not done again. Writes FOLDER/table.md: mIoU of the last step on pictures in which all classes are as frequent, mean and standard deviation over the
seeds, of all classes and of the rarer half, and the time of a step.

Source: MaskFormer (arXiv 2107.06278), section 4.3: the advantage over its two per-pixel baselines grows with the number of classes.
"""

import argparse
import json
import statistics
import subprocess
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
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


def data(root, train, val):
    if (root / "val.txt").exists():
        return
    subprocess.run([HOME / "benchmarks/main.sh", "-Xmx1g", "org.maskwright.benchmarks.data.RareShapes", root, str(train), str(val), "128"], check=True)


def train(run, root, seed, steps, settings):
    if (run / "summary.json").exists():
        return
    command = [HOME / "maskwright", "train", CONFIG, "--run-dir", run]
    for value in [f"data.root={root}", f"seed={seed}", f"train.steps={steps}", *settings]:
        command += ["--set", value]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def measured(run):
    """mIoU of all classes, of the rarer half, and the median time of a step in ms."""
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    evaluated = [line for line in lines if line["kind"] == "eval"][-1]
    out = run / "evaluated"
    if not out.exists():
        subprocess.run([HOME / "maskwright", "eval", run / "checkpoints/last", "--out", out], check=True, stdout=subprocess.DEVNULL)
    table = json.loads((out / "evaluation.json").read_text())
    ious = list(table["perClass"]["semantic.IoU"].values())
    rare = [iou for iou in ious[CLASSES // 2 + 1 :] if iou is not None]
    steps = [line["stepMs"] - line["dataMs"] for line in lines if line["kind"] == "train"]
    return evaluated["semantic.mIoU"], statistics.mean(rare), statistics.median(steps)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--train", type=int, default=80)
    parser.add_argument("--val", type=int, default=80)
    parser.add_argument("--models", default=",".join(MODELS), help="some of %(default)s")
    parser.add_argument("settings", nargs="*", metavar="KEY=VALUE")
    a = parser.parse_intermixed_args()
    folder = a.folder.resolve()
    data(folder / "data", a.train, a.val)
    text = "| model | mIoU, 41 classes | mIoU, the 20 rarest | ms a step |\n|---|---|---|---|\n"
    for model in a.models.split(","):
        name, settings = MODELS[model]
        rows = []
        for seed in range(1, a.seeds + 1):
            run = folder / f"{model}-{seed}"
            train(run, folder / "data", seed, a.steps, settings + a.settings)
            rows.append(measured(run))
        cells = [f"{statistics.mean(c):.1f} ± {statistics.stdev(c) if len(c) > 1 else 0:.1f}" for c in list(zip(*rows))[:2]]
        text += f"| {name} | " + " | ".join(cells) + f" | {statistics.median(r[2] for r in rows):.0f} |\n"
    (folder / "table.md").write_text(text)
    print(text)


main()
