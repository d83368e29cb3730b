"""What the experiments here have in common: commands, seeds and a table with spread. (Python 3 alone.)"""

import json
import pathlib
import shlex
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def maskwright(program, *words):
    """Runs a command; its output, and what it said where it failed."""
    command = [*shlex.split(program), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        sys.exit(f"{shlex.join(command)}\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return done.stdout


def pretrain(program, data, run, task, *words):
    """A run, unless its backbone is there already."""
    if not (run / "backbone").is_dir():
        maskwright(program, "pretrain", data, "--task", task, "--run-dir", run, "--threads", 1, *words)
    return run


def probe(program, kind, data, side, *backbones):
    """The first metric of each backbone, in percent."""
    text = maskwright(program, "probe", kind, *backbones, data, "--size", side, "--threads", 1, "--json")
    name = "accuracy" if kind == "rotation" else "top-1"
    return [row[name] for row in json.loads(text)]


def spread(values):
    mean = statistics.mean(values)
    return f"{mean:6.2f} +- {statistics.stdev(values):4.2f}" if len(values) > 1 else f"{mean:6.2f}"


def table(title, rows):
    """Rows of a name and a value for each seed."""
    print(f"\n{title}")
    width = max(len(name) for name in rows)
    for name, values in rows.items():
        print(f"  {name:{width}}  {spread(values)}   {'  '.join(f'{v:.2f}' for v in values)}")


def arguments(parser):
    parser.add_argument("--program", default="./maskwright", help="how commands are run")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder of data and runs; runs that are there are not made again")
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    asked.out = asked.out.resolve()
    asked.out.mkdir(parents=True, exist_ok=True)
    return asked
