"""Inference of Mask2Former R50 (or another model folder) beside Hugging Face transformers: same weights, same input, taking turns.

    mvn -q -DskipTests package
    python benchmarks/parity/full_size.py --out DIR --only mask2former-r50       # makes the two model folders
    python benchmarks/peers/inference.py --ours DIR/mask2former-r50-imported --theirs DIR/mask2former-r50-made-by-transformers

Each program is one process with --threads threads; after --warmup runs they run in turn --rounds times. Time is one image from
the normalised tensor on the host to the last layer's class and mask logits; memory is the process's peak (VmHWM). Prints a
Markdown table of medians and the median of each round's ratio; the outputs' sums must agree in fp32. Without --theirs only our
side runs. --json FILE writes every run.
"""

import argparse
import json
import os
import pathlib
import random
import statistics
import struct
import subprocess
import sys
import tempfile

import launch


def worker(folder, pixels, precision, threads):
    """The reference's process: answers lines on standard input as InferenceWorker does."""
    import time

    import torch
    from safetensors.torch import load_file
    from transformers import Mask2FormerForUniversalSegmentation

    torch.set_num_threads(threads)
    model = Mask2FormerForUniversalSegmentation.from_pretrained(folder).eval()
    values = load_file(pixels)["pixel_values"]
    print("ready", flush=True)
    for line in sys.stdin:
        if line.strip() == "memory":
            status = pathlib.Path("/proc/self/status").read_text()
            print(int(status.split("VmHWM:")[1].split()[0]) // 1024, flush=True)
            continue
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
            start = time.perf_counter()
            out = model(pixel_values=values, output_auxiliary_logits=False)
            classes, masks = out.class_queries_logits.float().sum().item(), out.masks_queries_logits.float().sum().item()
            millis = 1e3 * (time.perf_counter() - start)
        print(f"{millis:.1f} {classes:.4f} {masks:.4f}", flush=True)


class Program:
    def __init__(self, command):
        self.process = subprocess.Popen([str(c) for c in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env=dict(os.environ, TRANSFORMERS_VERBOSITY="error"))
        while self.process.stdout.readline().strip() != "ready":
            if self.process.poll() is not None:
                sys.exit(f"failed: {self.process.args}")

    def ask(self, word):
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        return [float(x) for x in self.process.stdout.readline().split()]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def write_pixels(file, size):
    """Random [1,3,size,size] as safetensors, by hand so that our side can be measured without a Python package."""
    draw = random.Random(1)
    count = 3 * size * size
    header = json.dumps({"pixel_values": {"dtype": "F32", "shape": [1, 3, size, size], "data_offsets": [0, 4 * count]}}).encode()
    header += b" " * (-len(header) % 8)
    values = struct.pack(f"<{count}f", *(draw.gauss(0, 1) for _ in range(count)))
    file.write_bytes(struct.pack("<Q", len(header)) + header + values)


def measure(args, size, precision, folder):
    pixels = folder / f"pixels-{size}.safetensors"
    if not pixels.exists():
        write_pixels(pixels, size)
    programs = {"maskwright": Program([
        launch.JAVA, "-Xmx1g", "-cp",
        args.classpath or launch.class_path(), "org.maskwright.benchmarks.inference.InferenceWorker", args.ours, str(pixels), precision, str(args.threads)])}
    if args.theirs:
        programs["transformers"] = Program([sys.executable, __file__, "--worker", args.theirs, str(pixels), precision, str(args.threads)])
    for _ in range(args.warmup):
        for program in programs.values():
            program.ask("run")
    runs = {side: [] for side in programs}
    for i in range(args.rounds):
        for side in list(programs)[::-1 if i % 2 else 1]:
            runs[side].append(programs[side].ask("run"))
    result = {"size": size, "precision": precision, "partsMs": programs["maskwright"].ask("parts"),
              "ms": {side: [r[0] for r in rows] for side, rows in runs.items()},
              "peakMiB": {side: program.ask("memory")[0] for side, program in programs.items()}}
    for program in programs.values():
        program.close()
    if args.theirs and precision == "fp32":
        for a, b in zip(runs["maskwright"][-1][1:], runs["transformers"][-1][1:]):
            assert abs(a - b) <= 1e-3 * max(1, abs(b)), ("outputs differ", runs)
    return result


def line(result):
    ms, peak = result["ms"], result["peakMiB"]
    theirs = ratio = memory = "-"
    if "transformers" in ms:
        theirs = f"{statistics.median(ms['transformers']):.0f}"
        ratio = f"{statistics.median(b / a for a, b in zip(ms['maskwright'], ms['transformers'])):.2f}"
        memory = f"{peak['transformers']:.0f}"
    return (f"| {result['size']}x{result['size']} {result['precision']} | {statistics.median(ms['maskwright']):.0f} | {theirs} | {ratio} | "
            f"{peak['maskwright']:.0f} | {memory} | {' / '.join(f'{p:.0f}' for p in result['partsMs'])} |")


def main():
    if len(sys.argv) > 1 and sys.argv[1] == "--worker":
        return worker(*sys.argv[2:5], int(sys.argv[5]))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ours", required=True)
    parser.add_argument("--theirs")
    parser.add_argument("--json", help="file for every run")
    parser.add_argument("--sizes", nargs="+", type=int, default=[640, 1024])
    parser.add_argument("--precisions", nargs="+", default=["fp32", "bf16"])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--warmup", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--classpath", help="of our side; default: as built by Maven")
    args = parser.parse_args()
    print("| 1x3 | Maskwright ms | transformers ms | ratio | Maskwright peak MiB | transformers peak MiB | backbone / pixel decoder / "
          "decoder ms |\n|---|---|---|---|---|---|---|", flush=True)
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for size in args.sizes:
            for precision in args.precisions:
                results.append(measure(args, size, precision, pathlib.Path(folder)))
                print(line(results[-1]), flush=True)
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
