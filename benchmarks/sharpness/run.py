"""AdamW and GSAM where three segments in ten have a wrong class: surrogate gap, largest eigenvalue of the Hessian, mIoU on clean images.

    python benchmarks/sharpness/run.py FOLDER [--seeds 5]      (Python 3 alone; ./maskwright builds what is needed, benchmarks must be compiled)

FOLDER receives the scenes and a run for each optimiser and seed; runs that are there are not done again. Writes FOLDER/table.md: mean and standard
deviation over the seeds at the end of training, AdamW's also at the step where its training loss is nearest to GSAM's last one, and the time of a step.
"""

import argparse
import json
import random
import shutil
import statistics
import subprocess
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
CONFIG = Path(__file__).with_name("noisy.conf")
NOISE = 0.3
OPTIMIZERS = {
    "adamw": [],
    "gsam": ["optimizer.method={type=gsam,gsam{rho-max=0.1,rho-min=0.02,final-factor=0,alpha=0.4,adaptive=false}}"],
}


def scenes(root):
    """Writes the scenes, and the annotations of the training images with wrong classes: things for things, stuff for stuff."""
    subprocess.run([HOME / "maskwright", "data", "scenes", "--out", root, "--images", "64", "--val", "40", "--size", "64x64", "--max-things", "3", "--seed", "5"], check=True)
    noisy = root / "annotations/panoptic_noisy.json"
    truth = json.loads((root / "annotations/panoptic_train.json").read_text())
    kinds = {c["id"]: c["isthing"] for c in truth["categories"]}
    draw = random.Random(1)
    for image in truth["annotations"]:
        for segment in image["segments_info"]:
            if draw.random() < NOISE:
                own = segment["category_id"]
                segment["category_id"] = draw.choice([c for c in kinds if c != own and kinds[c] == kinds[own]])
    noisy.write_text(json.dumps(truth))
    shutil.copytree(root / "annotations/panoptic_train", root / "annotations/panoptic_noisy", dirs_exist_ok=True)


def lines(run, kind):
    every = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return {line["step"]: line for line in every if line["kind"] == kind}


def train(run, root, seed, settings):
    if (run / "summary.json").exists():
        return
    command = [HOME / "maskwright", "train", CONFIG, "--run-dir", run]
    for value in [f"data.root={root}", f"seed={seed}", *settings]:
        command += ["--set", value]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def sharpness(runs):
    """By run and step: loss, gap, eigenvalue."""
    classpath = (HOME / "trainer/target/maskwright.classpath").read_text().strip()
    classes = f"{HOME}/benchmarks/target/classes:{HOME}/trainer/target/classes:{classpath}"
    out = subprocess.run([HOME / "benchmarks/java.sh", "-cp", classes, "org.maskwright.benchmarks.train.Sharpness", *runs], check=True, capture_output=True, text=True).stdout
    found = {}
    for line in out.splitlines():
        run, step, *values = line.split()
        found[run, int(step)] = [float(v) for v in values]
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    a = parser.parse_args()
    folder = a.folder.resolve()
    root = folder / "scenes"
    scenes(root)
    runs = {(name, seed): folder / f"{name}-{seed}" for name in OPTIMIZERS for seed in range(1, a.seeds + 1)}
    for (name, seed), run in runs.items():
        train(run, root, seed, OPTIMIZERS[name])
    measured = sharpness(list(runs.values()))
    rows = {"AdamW": [], "AdamW, loss matched": [], "GSAM": []}
    times = {"adamw": [], "gsam": []}
    for (name, seed), run in runs.items():
        steps = sorted(s for r, s in measured if r == run.name)
        miou = lines(run, "eval")
        for line in lines(run, "train").values():
            times[name].append(line["stepMs"] - line["dataMs"])
        row = lambda s: [*measured[run.name, s], miou[s]["semantic.mIoU"], s]
        rows["AdamW" if name == "adamw" else "GSAM"].append(row(steps[-1]))
        if name == "adamw":
            target = measured[f"gsam-{seed}", steps[-1]][0]
            rows["AdamW, loss matched"].append(row(min(steps, key=lambda s: abs(measured[run.name, s][0] - target))))
    text = "| | training loss | surrogate gap | largest eigenvalue | mIoU, clean images | step |\n|---|---|---|---|---|---|\n"
    for name, values in rows.items():
        cells = [f"{statistics.mean(c):.3f} ± {statistics.stdev(c) if len(c) > 1 else 0:.3f}" for c in list(zip(*values))[:4]]
        text += f"| {name} | " + " | ".join(cells) + f" | {', '.join(str(v[4]) for v in values)} |\n"
    median = {name: statistics.median(values) for name, values in times.items()}
    text += f"\nA step takes {median['adamw']:.0f} ms with AdamW and {median['gsam']:.0f} ms with GSAM (medians): {median['gsam'] / median['adamw']:.2f} times.\n"
    (folder / "table.md").write_text(text)
    print(text)


main()
