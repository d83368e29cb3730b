"""Times steps of masked autoencoders: MAE's ViT-B beside Hugging Face transformers' ViTMAE on PyTorch, and R-MAE beside MAE, in turns.

    ./maskwright --version && mvn -q -pl benchmarks -am -DskipTests package      # once
    python benchmarks/pretraining/mae_speed.py [--size 224] [--batch 8] [--steps 3] [--rounds 3] [--threads 2] [--only mae,transformers,r-mae]

All sides: patches of 16 pixels, 75 % of them hidden, decoder of 8 blocks of 512 channels, normalised pixels, AdamW (0.9, 0.95), decay 0.05, float32,
random pictures. The step is from a batch in memory (ours: bytes; theirs: a tensor that is ready) to the updated weights. R-MAE has 8 regions of a picture. Each
round starts a process for each side; the first step of a process is not counted. Needs torch and transformers for theirs.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "peers"))
import launch  # noqa: E402


def peer(size, batch, threads, steps):
    import torch
    from transformers import ViTMAEConfig, ViTMAEForPreTraining

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    model = ViTMAEForPreTraining(ViTMAEConfig(image_size=size, norm_pix_loss=True)).train()
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1.5e-4, betas=(0.9, 0.95), weight_decay=0.05)
    pixels = torch.randn(batch, 3, size, size)
    times, parts = [], {"forward and loss": [], "backward": [], "optimiser": []}
    for step in range(steps + 1):
        marks = [time.perf_counter()]
        loss = model(pixels).loss
        loss.item()
        marks.append(time.perf_counter())
        loss.backward()
        marks.append(time.perf_counter())
        optimizer.step()
        optimizer.zero_grad()
        marks.append(time.perf_counter())
        if step:
            times.append(1000 * (marks[-1] - marks[0]))
            for name, a, b in zip(parts, marks, marks[1:]):
                parts[name].append(1000 * (b - a))
    median = statistics.median(times)
    print(json.dumps({"stepMs": median, "imagesPerSecond": 1000 * batch / median,
                      "peakMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                      "parts": {k: round(statistics.median(v), 1) for k, v in parts.items()}}))


def last_json(command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))[:300]}\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def ours(args, config):
    return last_json([launch.JAVA, "-Xmx2g", "-cp", args.class_path or launch.class_path(), "org.maskwright.benchmarks.train.MaskedStep",
                      HERE / config, args.size, args.batch, args.threads, args.steps])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", default="mae,transformers,r-mae", help="which sides")
    parser.add_argument("--class-path", help="of our side; default: as built by Maven")
    parser.add_argument("--python", default=sys.executable, help="the Python with torch and transformers")
    parser.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.peer:
        peer(args.size, args.batch, args.threads, args.steps)
        return
    numbers = ["--size", args.size, "--batch", args.batch, "--threads", args.threads, "--steps", args.steps]
    sides = {
        "mae": lambda: ours(args, "vit-b.conf"),
        "transformers": lambda: last_json([args.python, __file__, "--peer", *numbers]),
        "r-mae": lambda: ours(args, "vit-b-regions.conf"),
    }
    chosen = args.only.split(",")
    print(f"ViT-B/16, {args.batch} x 3 x {args.size} x {args.size}, {args.threads} threads, {args.rounds} rounds of {args.steps} steps, load {os.getloadavg()[0]:.1f}")
    runs = {side: [] for side in chosen}
    for i in range(args.rounds):
        for side in chosen[:: -1 if i % 2 else 1]:
            runs[side].append(sides[side]())
    speed = {}
    for side, results in runs.items():
        speed[side] = statistics.median(r["imagesPerSecond"] for r in results)
        print(f"{side:13s} {speed[side]:.4f} images/s, {1000 * args.batch / speed[side]:.0f} ms a step, peak {statistics.median(r['peakMiB'] for r in results):.0f} MiB; ms: {results[-1]['parts']}")
    if {"mae", "transformers"} <= speed.keys():
        print(f"MAE: {speed['mae'] / speed['transformers']:.2f} times transformers' throughput")
    if {"mae", "r-mae"} <= speed.keys():
        print(f"R-MAE: a step takes {100 * (speed['mae'] / speed['r-mae'] - 1):.1f} % longer than MAE's")


if __name__ == "__main__":
    main()
