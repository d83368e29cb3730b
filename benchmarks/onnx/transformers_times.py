"""Inference of Hugging Face transformers for docs/onnx.md: random weights, random pixels, warm medians in seconds.

    python benchmarks/onnx/transformers_times.py --size 640 --threads 1 2 --models eomt-s mask2former-r50

Models as benchmarks/parity/full_size.py builds them. Needs torch and transformers. Prints a Markdown row for each model.
"""

import argparse
import pathlib
import statistics
import sys
import time

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "parity"))
import full_size  # noqa: E402

MOST_SECONDS = 6
ROUNDS = 15


def seconds(model, pixels, threads):
    torch.set_num_threads(threads)
    runs = []
    with torch.inference_mode():
        model(pixel_values=pixels)
        start = time.perf_counter()
        while not runs or len(runs) < ROUNDS and time.perf_counter() - start < MOST_SECONDS:
            begun = time.perf_counter()
            model(pixel_values=pixels)
            runs.append(time.perf_counter() - begun)
    return statistics.median(runs)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=640)
    parser.add_argument("--threads", nargs="+", type=int, default=[1])
    parser.add_argument("--models", nargs="+", required=True)
    args = parser.parse_args()
    print("| model | transformers, s |\n|---|---|", flush=True)
    for name in args.models:
        torch.manual_seed(0)
        model = full_size.build(name).eval()
        full_size.shake(model)  # EoMT without masks in attention, as it predicts
        pixels = torch.randn(1, 3, args.size, args.size)
        print(f"| {name} | {', '.join(f'{seconds(model, pixels, t):.2f}' for t in args.threads)} |", flush=True)


if __name__ == "__main__":
    main()
