"""Times training steps of Mask2Former beside Hugging Face transformers on PyTorch, alternately, in one run.

    ./maskwright --version && mvn -q -pl benchmarks -am -DskipTests package      # once
    python benchmarks/peers/train_step.py [--size 512] [--batch 2] [--steps 3] [--rounds 3] [--threads 2] [--precision fp32,bf16]

Both sides: ResNet-50, 100 queries, 9 decoder layers, 133 classes, 12,544 points with oversampling 3 and importance 0.75, ten
rectangles an image, AdamW at the recipe's rates, full-model clipping at 0.01, frozen batch norm, random pixels. Each
round starts a process for either side; the first step of a process is not counted. Needs torch, transformers and scipy, or --ours-only.
--json FILE writes every run.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time

import launch

CLASSES, TARGETS = 133, 10


def peer(size, batch, precision, threads, steps):
    import random

    import torch
    from transformers import Mask2FormerConfig, Mask2FormerForUniversalSegmentation, ResNetConfig

    torch.set_num_threads(threads)
    random.seed(1)
    torch.manual_seed(1)
    stages = ["stage1", "stage2", "stage3", "stage4"]
    config = Mask2FormerConfig(backbone_config=ResNetConfig(out_features=stages), num_labels=CLASSES, num_queries=100)
    model = Mask2FormerForUniversalSegmentation(config).train()
    backbone, rest = [], []
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eval()
            for p in module.parameters():
                p.requires_grad_(False)
    for name, p in model.named_parameters():
        if p.requires_grad:
            (backbone if "encoder" in name.split(".")[:3] else rest).append(p)
    optimizer = torch.optim.AdamW([{"params": backbone, "lr": 1e-5}, {"params": rest}], lr=1e-4, weight_decay=0.05)
    pixels = torch.randn(batch, 3, size, size)
    masks, classes = [], []
    for _ in range(batch):
        m = torch.zeros(TARGETS, size, size)
        for n in range(TARGETS):
            side = size // 4 + random.randrange(size // 4)
            x, y = random.randrange(size - side), random.randrange(size - side)
            m[n, y:y + side, x:x + side] = 1
        masks.append(m)
        classes.append(torch.randint(0, CLASSES, (TARGETS,)))
    times, parts = [], {"forward and loss": [], "backward": [], "optimiser": []}
    for step in range(steps + 1):
        marks = [time.perf_counter()]
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
            loss = model(pixel_values=pixels, mask_labels=masks, class_labels=classes).loss
        loss.item()
        marks.append(time.perf_counter())
        loss.backward()
        marks.append(time.perf_counter())
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.01)
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
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)[:300]}\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def ours(args, precision):
    command = [launch.JAVA, "-Xmx2g", "-cp", args.class_path or launch.class_path(), "org.maskwright.benchmarks.train.TrainStep",
               "mask2former-r50", args.size, args.batch, precision, args.backend, args.threads, args.steps]
    return last_json([str(c) for c in command])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--precision", default="fp32,bf16")
    parser.add_argument("--backend", default="torch")
    parser.add_argument("--class-path", help="of our side; default: as built by Maven")
    parser.add_argument("--ours-only", action="store_true")
    parser.add_argument("--json", help="file for every run")
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.peer:
        peer(args.size, args.batch, args.peer, args.threads, args.steps)
        return
    print(f"ResNet-50 Mask2Former, {args.batch} x 3 x {args.size} x {args.size}, {args.threads} threads, "
          f"{args.rounds} rounds of {args.steps} steps, load {os.getloadavg()[0]:.1f}")
    runs = {}
    for precision in args.precision.split(","):
        runs[precision] = measure(args, precision)
        report(precision, runs[precision])
    if args.json:
        with open(args.json, "w") as target:
            json.dump(runs, target, indent=1)


def measure(args, precision):
    """Every run of both sides, which take turns and take turns in going first."""
    them = [sys.executable, os.path.abspath(__file__), "--peer", precision, "--size", str(args.size), "--batch", str(args.batch),
            "--threads", str(args.threads), "--steps", str(args.steps)]
    sides = {"maskwright": lambda: ours(args, precision)}
    if not args.ours_only:
        sides["transformers"] = lambda: last_json(them)
    runs = {side: [] for side in sides}
    for i in range(args.rounds):
        for side in list(sides)[::-1 if i % 2 else 1]:
            runs[side].append(sides[side]())
    return runs


def report(precision, runs):
    best = {}
    for side, results in runs.items():
        best[side] = (statistics.median(r["imagesPerSecond"] for r in results), statistics.median(r["peakMiB"] for r in results))
        print(f"{precision} {side:13s} {best[side][0]:.4f} images/s, peak {best[side][1]:.0f} MiB")
        print(f"     ms: {results[-1]['parts']}")
    if len(best) == 2:
        (a, m), (b, n) = best["maskwright"], best["transformers"]
        print(f"{precision} throughput {a / b:.2f} times the peer's, memory {m / n:.2f} times")


if __name__ == "__main__":
    main()
