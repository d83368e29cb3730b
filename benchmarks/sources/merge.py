#!/usr/bin/env python3
"""The two ways in which masks of a class become its score at each pixel, on models that are trained: marginalise (the sum over queries) and union-max (the largest mask of the queries whose likeliest class it is).

    python benchmarks/sources/merge.py FOLDER RUN [RUN ...]

(Python 3 alone; ./maskwright builds what is needed.) RUN are folders of runs of one configuration, such as FOLDER/together-1 of run.py and all-1 of real.py; their seeds make the spread. Each is evaluated both
ways, into FOLDER. Writes FOLDER/table.md: semantic mIoU on each data set that it is measured on.

Source: DaTaSeg (arXiv 2306.01736), section 3.2, merges by the maximum; MaskFormer (arXiv 2107.06278), section 3.4, marginalises.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import runs  # noqa: E402

WAYS = ["marginalise", "union-max"]
METRIC = "semantic.mIoU"


def measured(folder, run, way):
    """mIoU by the name of the metric."""
    name = f"{run.parent.name}-{run.name}-{way}"
    config = folder / f"{name}.conf"
    config.write_text(f'include required(file("{run / "config.conf"}"))\n\neval.semantic-merge = {way}\n')
    out = folder / name
    if not out.exists():
        runs.maskwright("eval", run / "checkpoints/last", "--config", config, "--out", out)
    metrics = json.loads((out / "evaluation.json").read_text())["metrics"]
    return {name: value for name, value in metrics.items() if name.endswith(METRIC)}


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    folder, *of = (Path(text).resolve() for text in sys.argv[1:])
    folder.mkdir(parents=True, exist_ok=True)
    found = {way: [measured(folder, run, way) for run in of] for way in WAYS}
    names = list(found[WAYS[0]][0])
    rows = [(way, [[seed[name] for name in names] for seed in seeds]) for way, seeds in found.items()]
    runs.table(folder, ["masks of a class are joined by", *names], rows)


main()
