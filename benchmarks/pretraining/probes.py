"""Pretrainings of folders of pictures and probes of what they have learnt, for the experiments here. (Python 3 alone.)"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import runs  # noqa: E402


def pretrain(data, run, task, *words):
    """The run of a pretraining, unless its backbone is there already."""
    if not (run / "backbone").is_dir():
        runs.maskwright("pretrain", data, "--task", task, "--run-dir", run, "--threads", 1, *words)
    return run


def probe(kind, data, side, *backbones):
    """The first metric of each backbone, in percent."""
    name = "accuracy" if kind == "rotation" else "top-1"
    return [row[name] for row in runs.told("probe", kind, *backbones, data, "--size", side, "--threads", 1)]


def sets(*settings):
    """Words of a command that set keys."""
    return [word for setting in settings for word in ("--set", setting)]
