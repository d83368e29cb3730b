"""Maskwright beside its Python peers: everything in one run, sides in turn, medians with spread. Start it with run.sh.

Every part runs the same work with the same inputs and threads on both sides, --rounds times; the sides take turns, and take turns in going
first. A part that fails or has no peer is named in the report and the others go on; the exit code is 1 if any part failed.

    step        a training step of Mask2Former R50: forward, matching, loss, backward, clipping, AdamW (train_step.py)
    inference   one image through the same weights (inference.py)
    score       COCO AP, PQ and mIoU of the same files, whole processes (../score/compare.py)
    data        large-scale-jitter samples on one thread, processor time (LoadSamples, load_samples.py)
    checkpoint  the same tensors from a model to a file and back (CheckpointWorker, reference.py)
    start       whole processes: the version; one small picture predicted
"""

import argparse
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import time

import inference
from launch import HOME, JAVA as JAVA_SH, class_path

HERE = pathlib.Path(__file__).resolve().parent
PARTS = ["step", "inference", "score", "data", "checkpoint", "start"]
JAVA = [JAVA_SH, "-Xmx2g"]


class Failed(Exception):
    pass


class Bench:
    def __init__(self, args):
        self.args = args
        self.out = args.out
        self.peers = not args.ours_only
        self.rows, self.notes = [], []

    def call(self, command, **options):
        done = subprocess.run([str(c) for c in command], cwd=HOME, capture_output=True, text=True, **options)
        if done.returncode:
            raise Failed(f"{' '.join(str(c) for c in command)[:200]}: exit code {done.returncode}\n{(done.stdout + done.stderr)[-1500:]}")
        return done.stdout

    def python(self, script, *words):
        return [sys.executable, HERE / script, *words]

    def row(self, part, what, unit, ours, peer=None, theirs=None, memory=(None, None)):
        """ours and theirs: a number for each round, smaller is better."""
        self.rows.append({"part": part, "what": what, "unit": unit, "maskwright": ours, "peer": peer, "theirs": theirs,
                          "peakMiB": {"maskwright": memory[0], "peer": memory[1]}, "load": os.getloadavg()[0]})
        print(markdown_row(self.rows[-1]), flush=True)

    def turns(self, sides):
        """name -> call; name -> results of all rounds."""
        results = {side: [] for side in sides}
        for i in range(self.args.rounds):
            for side in list(sides)[::-1 if i % 2 else 1]:
                results[side].append(sides[side]())
        return results

    @staticmethod
    def whole(folder, make):
        """A folder that is there only when it is whole: made beside its place, then moved."""
        part = folder.with_name(folder.name + ".part")
        for old in (part, folder):
            shutil.rmtree(old, ignore_errors=True)
        make(part)
        part.rename(folder)

    def models(self):
        """The same Mask2Former R50 as a model folder here and for transformers (None without it)."""
        ours, theirs = self.out / "model", self.out / "model-transformers"
        if not self.peers:
            ours = self.out / "model-fresh"
            if not (ours / "model.safetensors").exists():
                self.call([*JAVA, "-cp", class_path(), "org.maskwright.benchmarks.checkpoint.CheckpointWorker", "fresh", "mask2former-r50", ours])
            return ours, None
        if not (theirs / "model.safetensors").exists():
            self.whole(theirs, lambda part: self.call(self.python("reference.py", "model", part)))
        if not (ours / "model.safetensors").exists():
            self.call(["./maskwright", "import", theirs, "--out", ours])
        return ours, theirs

    def step(self):
        a, file = self.args, self.out / "step.json"
        size, batch, steps = (96, 1, 1) if a.quick else (a.step_size, 2, 3)
        words = ["--ours-only"] if not self.peers else []
        self.call(self.python("train_step.py", "--size", size, "--batch", batch, "--steps", steps, "--rounds", a.rounds, "--threads", a.threads,
                              "--precision", a.precision, "--json", file, *words))
        for precision, runs in json.loads(file.read_text()).items():
            ms = {side: [r["stepMs"] for r in results] for side, results in runs.items()}
            peak = {side: statistics.median(r["peakMiB"] for r in results) for side, results in runs.items()}
            self.row("step", f"training step, {batch} x {size} x {size}, {precision}", "ms", ms["maskwright"], "transformers",
                     ms.get("transformers"), (peak["maskwright"], peak.get("transformers")))

    def inference(self):
        a, file = self.args, self.out / "inference.json"
        ours, theirs = self.models()
        sizes = [96] if a.quick else a.sizes
        words = ["--theirs", theirs] if theirs else []
        self.call(self.python("inference.py", "--ours", ours, *words, "--sizes", *sizes, "--precisions", *a.precision.split(","), "--rounds",
                              a.rounds, "--warmup", 1 if a.quick else 2, "--threads", a.threads, "--json", file))
        for r in json.loads(file.read_text()):
            self.row("inference", f"inference, 1 x {r['size']} x {r['size']}, {r['precision']}", "ms", r["ms"]["maskwright"], "transformers",
                     r["ms"].get("transformers"), (r["peakMiB"]["maskwright"], r["peakMiB"].get("transformers")))

    def score(self):
        if not self.peers:
            self.notes.append("score: needs the Python environment, which also makes its inputs; not measured")
            return
        images, maps = (20, 8) if self.args.quick else (self.args.images, self.args.maps)
        folder = self.out / "score"
        for task in ("instances", "panoptic", "semantic"):
            self.call([sys.executable, HOME / "benchmarks/score/compare.py", "--dir", folder, "--images", images, "--maps", maps,
                       "--rounds", self.args.rounds, "--ours", "./maskwright", "--only", task])
            sides = json.loads((folder / f"compare-{task}.json").read_text())
            ours = next(s for s in sides if s["side"] == "ours")
            count = f"{images} images" if task == "instances" else f"{maps} maps"
            for side in sides:
                if side is not ours:
                    self.row("score", f"{task}, {count}", "s", ours["wall"], side["side"], side["wall"], (ours["peak_mib"], side["peak_mib"]))

    def data(self):
        size, inner = (256, 2) if self.args.quick else (1024, 4)
        folder = self.args.coco or self.synthetic_coco()

        def times(command):  # the first round of a process warms up and is not counted
            result = json.loads(self.call(command).strip().splitlines()[-1])
            return statistics.median(result["msPerSample"][1:]), result["samples"], result["targets"]

        main = "org.maskwright.benchmarks.data.LoadSamples"
        sides = {"maskwright": lambda: times([*JAVA, "-cp", class_path(), main, folder, "coco-instance", size, inner])}
        if self.peers:
            sides["peer"] = lambda: times(self.python("load_samples.py", folder, size, inner))
        results = self.turns(sides)
        samples = {r[1] for runs in results.values() for r in runs}
        if len(samples) != 1:
            raise Failed(f"data: the sides loaded different numbers of samples: {results}")
        self.row("data", f"sample, jitter to {size} x {size}, one thread ({samples.pop()} images)", "ms cpu", [r[0] for r in results["maskwright"]],
                 "Pillow + pycocotools + torch", [r[0] for r in results["peer"]] if self.peers else None)

    def synthetic_coco(self):
        """Scenes under COCO's file names."""
        name, words = ("quick", ["--train", 6, "--size", "160x128"]) if self.args.quick else ("full", ["--train", 64, "--size", "640x480"])
        scenes, folder = self.out / f"scenes-{name}", self.out / f"coco-{name}"
        if not folder.exists():
            self.call(["./maskwright", "data", "scenes", "--out", scenes, *words, "--val", 1, "--max-things", 12])

            def copy(part):
                shutil.copytree(scenes / "images" / "train", part / "train2017")
                (part / "annotations").mkdir()
                shutil.copy(scenes / "annotations" / "instances_train.json", part / "annotations" / "instances_train2017.json")

            self.whole(folder, copy)
        return folder

    def checkpoint(self):
        ours, theirs = self.models()
        threads = str(self.args.threads)
        programs = {"maskwright": inference.Program([*JAVA, "-cp", class_path(), "org.maskwright.benchmarks.checkpoint.CheckpointWorker",
                                                     str(ours), str(self.out / "ours.safetensors"), threads])}
        if theirs:
            for name, words in {"torch.save, torch.load": ["torch"], "torch.save and fsync": ["torch", "sync"],
                                "safetensors": ["safetensors"], "safetensors and fsync": ["safetensors", "sync"]}.items():
                file = self.out / ("theirs-" + "-".join(words))
                programs[name] = inference.Program([str(c) for c in self.python("reference.py", "checkpoint", theirs, file, threads, *words)])
        times = {}
        for word in ("save", "load"):
            for program in programs.values():
                program.ask(word)  # warms up
            times[word] = self.turns({name: (lambda p=program: p.ask(word)[0]) for name, program in programs.items()})
        for program in programs.values():
            program.close()
        size = (self.out / "ours.safetensors").stat().st_size >> 20
        for file in [self.out / "ours.safetensors", *self.out.glob("theirs-*")]:
            file.unlink()
        for word, verb in (("save", "save"), ("load", "load")):
            peers = [n for n in programs if n != "maskwright" and not (word == "load" and "fsync" in n)]
            for peer in peers or [None]:
                self.row("checkpoint", f"{verb} {size} MiB" + (" (ours always fsyncs)" if word == "save" else ""), "ms",
                         times[word]["maskwright"], peer, times[word].get(peer))

    def start(self):
        ours, theirs = self.models()
        folder = self.out / "picture"
        self.call(["./maskwright", "data", "scenes", "--out", folder, "--train", 1, "--val", 1, "--size", "320x240"])
        picture = next((folder / "images" / "train").iterdir())

        def seconds(command):
            begin = time.perf_counter()
            self.call(command)
            return time.perf_counter() - begin

        edge, threads = 96 if self.args.quick else 256, self.args.threads
        hello = {"maskwright": lambda: seconds(["./maskwright", "--version"])}
        see = {"maskwright": lambda: seconds(["./maskwright", "predict", ours, picture, "--out", self.out / "predicted", "--short-edge", edge,
                                              "--threads", threads])}
        if theirs:
            hello["peer"] = lambda: seconds([sys.executable, "-c", "import torch, transformers; print(transformers.__version__)"])
            see["peer"] = lambda: seconds(self.python("reference.py", "predict", theirs, picture, self.out / "predicted-peer", edge, threads))
        for what, sides, peer in (("--version", hello, "import torch, transformers"),
                                  (f"predict one picture of 320 x 240 at short edge {edge}", see, "transformers")):
            results = self.turns(sides)
            self.row("start", what, "s", results["maskwright"], peer, results.get("peer"))


def spread(values):
    digits = 0 if statistics.median(values) >= 100 else 1 if statistics.median(values) >= 10 else 2
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}..{max(values):.{digits}f})"


def markdown_row(r):
    theirs = ratio = memory = "-"
    if r["theirs"]:
        theirs = spread(r["theirs"])
        ratio = f"{statistics.median(b / a for a, b in zip(r['maskwright'], r['theirs'])):.2f}"
    mine, other = r["peakMiB"]["maskwright"], r["peakMiB"]["peer"]
    if mine:
        memory = f"{mine:.0f} / {other:.0f}" if other else f"{mine:.0f}"
    return f"| {r['what']} | {r['unit']} | {spread(r['maskwright'])} | {r['peer'] if r['theirs'] else '-'} | {theirs} | {ratio} | {memory} |"


def machine(bench):
    model = platform.processor()
    if os.path.exists("/proc/cpuinfo"):
        model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), model)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30
    said = subprocess.run([JAVA_SH, "-version"], capture_output=True, text=True).stderr.splitlines()
    java = next((line for line in said if " version " in line), "unknown")
    versions = {"python": platform.python_version(), "java": java.replace('"', ""),
                "maskwright": bench.call(["./maskwright", "--version"]).splitlines()[0]}
    if bench.peers:
        versions.update(json.loads(bench.call(bench.python("reference.py", "versions"))))
    return {"cpu": model, "cores": os.cpu_count(), "memoryGiB": memory, "system": platform.platform(), "load": os.getloadavg()[0],
            "threads": bench.args.threads, "rounds": bench.args.rounds, "quick": bench.args.quick,
            "date": time.strftime("%Y-%m-%d", time.gmtime()), "versions": versions}


def report(bench, about):
    lines = [f"{about['date']}: {about['cpu']}, {about['cores']} cores, {about['memoryGiB']} GiB; {about['threads']} threads, {about['rounds']} rounds; "
             f"load {about['load']:.1f} at the start, {max((r['load'] for r in bench.rows), default=0):.1f} at most."
             + (" Tiny inputs (--quick): not a measurement." if about["quick"] else ""),
             "", ", ".join(f"{name} {version}" for name, version in about["versions"].items()) + ".", "",
             "| what | unit | Maskwright | peer | peer's | peer's / ours | peak MiB, ours / peer's |", "|---|---|---|---|---|---|---|",
             *(markdown_row(r) for r in bench.rows)]
    if bench.notes:
        lines += ["", *("- " + note.replace("\n", " ") for note in bench.notes)]
    (bench.out / "peers.md").write_text("\n".join(lines) + "\n")
    (bench.out / "peers.json").write_text(json.dumps({"about": about, "rows": bench.rows, "notes": bench.notes}, indent=1) + "\n")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=HOME / "runs" / "peers", help="results and inputs (default: runs/peers)")
    parser.add_argument("--only", default=",".join(PARTS), help=f"of {','.join(PARTS)}")
    parser.add_argument("--rounds", type=int, help="of each part (default: 5; 2 with --quick)")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--precision", default="fp32", help="fp32,bf16 of steps and inference (default: fp32)")
    parser.add_argument("--step-size", type=int, default=512)
    parser.add_argument("--sizes", type=int, nargs="+", default=[640, 1024], help="of inference")
    parser.add_argument("--images", type=int, default=5000, help="of COCO evaluation")
    parser.add_argument("--maps", type=int, default=1000, help="of panoptic and semantic evaluation")
    parser.add_argument("--coco", type=pathlib.Path, help="COCO folder for data loading (default: 64 synthetic scenes)")
    parser.add_argument("--quick", action="store_true", help="tiny inputs: shows that everything runs")
    parser.add_argument("--ours-only", action="store_true", help="without the Python peers")
    args = parser.parse_args()
    args.out = args.out.resolve()
    args.coco = args.coco and args.coco.resolve()
    args.rounds = args.rounds or (2 if args.quick else 5)
    wrong = [part for part in args.only.split(",") if part not in PARTS]
    if wrong or args.rounds < 1:
        parser.error(f"--only: expected some of {','.join(PARTS)}, got {args.only}" if wrong else "--rounds: expected at least 1")
    return args


def main():
    bench = Bench(arguments())
    bench.out.mkdir(parents=True, exist_ok=True)
    about = machine(bench)
    print("| what | unit | Maskwright | peer | peer's | peer's / ours | peak MiB |\n|---|---|---|---|---|---|---|", flush=True)
    failed = False
    for part in bench.args.only.split(","):
        try:
            getattr(bench, part)()
        except (Failed, SystemExit, OSError, ValueError) as problem:
            failed = True
            bench.notes.append(f"{part}: failed: {problem}")
            print(f"{part}: failed: {problem}", file=sys.stderr, flush=True)
        report(bench, about)  # after each part, so that an interrupted run keeps what it has
    print(f"\n{bench.out}/peers.md, {bench.out}/peers.json")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
