"""What benchmarks that compare trainings have in common: the command line, one run for each seed and kind, tables of means and deviations. Python 3 alone.

Another program than ./maskwright: the environment variable MASKWRIGHT.
"""

import argparse
import json
import os
import statistics
import subprocess
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
MASKWRIGHT = os.environ.get("MASKWRIGHT", HOME / "maskwright")


def arguments(doc, runs, steps, **numbers):
    """The command line: FOLDER, --seeds, --steps, whole numbers by name with their usual values, --runs of those there are, KEY=VALUE (no --runs where there are none). A script's own options: `more`, a function that gets the parser."""
    more = numbers.pop("more", None)
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=lambda text: Path(text).resolve())
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=steps)
    for name, usual in numbers.items():
        parser.add_argument("--" + name, type=int, default=usual)
    if runs:
        parser.add_argument("--runs", default=",".join(runs), help="some of %(default)s")
    if more:
        more(parser)
    parser.add_argument("settings", nargs="*", metavar="KEY=VALUE")
    a = parser.parse_intermixed_args()
    a.runs = a.runs.split(",") if runs else []
    unknown = [name for name in a.runs if name not in runs]
    if unknown:
        parser.error(f"--runs: expected some of {', '.join(runs)}, got {', '.join(unknown)}")
    a.folder.mkdir(parents=True, exist_ok=True)
    return a


def java(main, *arguments):
    """Runs a class of the benchmarks."""
    subprocess.run([HOME / "benchmarks/main.sh", "-Xmx1g", main, *map(str, arguments)], check=True)


def maskwright(*arguments):
    """Runs a command, without what it prints."""
    subprocess.run([MASKWRIGHT, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)


def told(*arguments):
    """What a command prints as JSON."""
    done = subprocess.run([MASKWRIGHT, *map(str, arguments), "--json"], check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def train(run, config, settings):
    """A run with its log beside it, unless it is there."""
    if (run / "summary.json").exists():
        return
    command = [MASKWRIGHT, "train", config, "--run-dir", run]
    for value in settings:
        command += ["--set", value]
    with open(run.with_suffix(".log"), "w") as log:
        subprocess.run(command, check=True, stdout=log)


def metrics(run):
    """Those of the last step, by name."""
    last = json.loads((run / "summary.json").read_text())["last"]
    return last.get("metrics", last)


def evaluated(run, model=None, *arguments):
    """The folder of the evaluation of a run's last checkpoint, or of another model in its place; it is made unless it is there."""
    out = run / "evaluated" if model is None else model.with_name(model.name + "-evaluated")
    if not out.exists():
        maskwright("eval", model or run / "checkpoints/last", "--out", out, *arguments)
    return out


def step_ms(run):
    """The median time of a step without the data, in ms."""
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return statistics.median(line["stepMs"] - line["dataMs"] for line in lines if line["kind"] == "train")


def cell(values, digits=1):
    """Mean and standard deviation over the seeds; "none" where there is no value."""
    known = [v for v in values if isinstance(v, (int, float))]
    if not known:
        return "none"
    return f"{statistics.mean(known):.{digits}f} ± {statistics.stdev(known) if len(known) > 1 else 0:.{digits}f}"


def table(folder, header, rows):
    """Writes and prints FOLDER/table.md: a first column, then a cell for each column of the seeds' numbers. rows: (text, [numbers of a seed, ...])."""
    text = "| " + " | ".join(header) + " |\n|" + "---|" * len(header) + "\n"
    for says, seeds in rows:
        text += f"| {says} | " + " | ".join(cell(column) for column in zip(*seeds)) + " |\n"
    (folder / "table.md").write_text(text)
    print(text)


def section(config, folder):
    """Of a configuration with one source a line, the line of data.sources below "{task ...", whose data are in a folder."""
    found = [line for line in config.read_text().splitlines() if line.startswith("    { task") and f'"/{folder}"' in line]
    assert len(found) == 1, (folder, found)
    return found[0]
