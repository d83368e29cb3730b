"""Quality against time of a fine-tuning, beside Hugging Face transformers on PyTorch: one plot.

    python benchmarks/peers/finetune.py CONFIG --weights RESNET18 [--steps 400] [--every 50] [--threads 2] [--out runs/finetune]

CONFIG is one that `train DIR` has written (RUN/plan.conf) for a folder of instance masks, one map of numbered objects for each picture;
RESNET18 are weights with torchvision's names (.safetensors), from which both sides start. First ours trains, then the peer: the same
architecture (ours, exported), pictures, steps, batch, rates, decay, clipping, schedule, frozen batch norm, random scale, crop and flip,
numbers of points; each by its own code, so that random numbers differ. Every EVERY steps either side saves its weights, which does not count as time.
All of them are evaluated by `./maskwright eval`, the peer's after `import`. Writes OUT/finetune.tsv (side, step, seconds, AP, AP50) and,
where matplotlib is there, OUT/finetune.png. Needs torch, transformers, scipy, safetensors, numpy and pillow.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import time

HOME = pathlib.Path(__file__).resolve().parents[2]
MASKWRIGHT = str(HOME / "maskwright")


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout


def ours(config, out, settings, every, threads):
    """Trains, and returns what was learnt when: [(step, seconds, model folder)]."""
    words = [w for pair in settings.items() for w in ("--set", "=".join(pair))]
    run(MASKWRIGHT, "train", config, "--run-dir", out, "--threads", threads, *words,
        "--set", "eval.every=1000000", "--set", f"train.checkpoint-every={every}", "--set", "train.keep-checkpoints=1000")
    found = []
    for folder in (out / "checkpoints").glob("step-*"):
        state = (folder / "state.conf").read_text()
        found.append((int(re.search(r"^step=(\d+)", state, re.M)[1]),
                      float(re.search(r"^trained-seconds=(\S+)", state, re.M)[1]), folder))
    return sorted(found)


def pictures(folder, part):
    """[(photograph, map)] of a part: IMAGES/PART and MASKS/PART with the same names but for a suffix."""
    from PIL import Image

    sides = [d for d in sorted(folder.iterdir()) if (d / part).is_dir()]
    files = {d: {f.stem.replace("_mask", ""): f for f in (d / part).iterdir()} for d in sides}
    photographs, maps = sorted(sides, key=lambda d: Image.open(next(iter(files[d].values()))).mode != "RGB")
    return [(files[photographs][name], files[maps][name]) for name in sorted(files[photographs])]


def batches(pairs, batch, size, scales, exported, seed):
    """Endless: pixel values [B,3,S,S], masks [[N,S,S]], classes [[N]]; each pass in another order."""
    import numpy as np
    import torch
    from PIL import Image

    rule = json.loads((exported / "preprocessor_config.json").read_text())
    mean, std = (np.array(rule[name], np.float32) / rule.get("rescale_factor", 1) for name in ("image_mean", "image_std"))
    random = np.random.default_rng(seed)
    read = [(Image.open(p).convert("RGB"), Image.open(m)) for p, m in pairs]
    order = []
    while True:
        pixels, masks, classes = [], [], []
        while len(pixels) < batch:
            if not order:
                order = list(random.permutation(len(read)))
            photograph, numbered = read[order.pop()]
            factor = size * random.uniform(*scales) / max(photograph.size)
            to = [max(1, round(n * factor)) for n in photograph.size]
            x = np.asarray(photograph.resize(to, Image.BILINEAR), np.float32)
            y = np.asarray(numbered.resize(to, Image.NEAREST))
            top, left = (random.integers(0, max(0, n - size) + 1) for n in x.shape[:2])
            x, y = x[top:top + size, left:left + size], y[top:top + size, left:left + size]
            if random.random() < 0.5:
                x, y = x[:, ::-1], y[:, ::-1]
            objects = [n for n in np.unique(y) if n > 0]
            if not objects:
                continue
            canvas = np.zeros((3, size, size), np.float32)
            canvas[:, :x.shape[0], :x.shape[1]] = ((x - mean) / std).transpose(2, 0, 1)
            each = np.zeros((len(objects), size, size), np.float32)
            for k, n in enumerate(objects):
                each[k, :y.shape[0], :y.shape[1]] = y == n
            pixels.append(torch.from_numpy(canvas))
            masks.append(torch.from_numpy(each))
            classes.append(torch.zeros(len(objects), dtype=torch.int64))
        yield torch.stack(pixels), masks, classes


def backbone_names(key):
    """Transformers' name of a torchvision key of a ResNet-18, or None."""
    last = {"weight": "weight", "bias": "bias", "running_mean": "running_mean", "running_var": "running_var"}[key.rsplit(".", 1)[1]]
    if key.startswith("conv1."):
        return "embedder.embedder.convolution." + last
    if key.startswith("bn1."):
        return "embedder.embedder.normalization." + last
    match = re.match(r"layer(\d)\.(\d)\.(conv|bn|downsample\.)(\d)\.", key)
    if not match:
        return None
    stage, block, kind, number = match[1], match[2], match[3], int(match[4])
    where = f"encoder.stages.{int(stage) - 1}.layers.{block}."
    if kind == "downsample.":
        return where + ("shortcut.convolution." if number == 0 else "shortcut.normalization.") + last
    return where + f"layer.{number - 1}." + ("convolution." if kind == "conv" else "normalization.") + last


def peer(args, out, exported, plan):
    """Trains, and returns what was learnt when, as ours."""
    import torch
    from safetensors.torch import load_file
    from transformers import Mask2FormerConfig, Mask2FormerForUniversalSegmentation

    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    config = Mask2FormerConfig.from_pretrained(exported)
    config.train_num_points = int(plan["points"])
    model = Mask2FormerForUniversalSegmentation(config).train()
    encoder = model.model.pixel_level_module.encoder
    state = encoder.state_dict()
    given = {backbone_names(k): v for k, v in load_file(args.weights).items()}
    missing = [k for k in state if k not in given and not k.endswith("num_batches_tracked")]
    assert not missing, missing
    encoder.load_state_dict({k: v for k, v in given.items() if k in state}, strict=False)
    groups = {}
    decays = {id(p): plan["decay"] for p in model.parameters()}
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eval()
            for p in module.parameters():
                p.requires_grad_(False)
        if isinstance(module, (torch.nn.LayerNorm, torch.nn.GroupNorm, torch.nn.Embedding)):
            decays.update((id(p), 0.0) for p in module.parameters(recurse=False))
    for name, p in model.named_parameters():
        if p.requires_grad:
            rate = plan["rate"] * (plan["multiplier"] if "pixel_level_module.encoder" in name else 1)
            groups.setdefault((rate, decays[id(p)]), []).append(p)
    optimizer = torch.optim.AdamW([{"params": p, "lr": lr, "weight_decay": decay} for (lr, decay), p in groups.items()])
    warm, steps = plan["warmup"], plan["steps"]

    def factor(step):
        return (1 - step / steps) ** plan["power"] * (1 if step >= warm else plan["from"] + (1 - plan["from"]) * step / warm)

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
    stream = batches(pictures(args.data, "train"), plan["batch"], plan["size"], plan["scales"], exported, 1)
    found, seconds = [], 0.0
    for step in range(1, steps + 1):
        begin = time.perf_counter()
        pixels, masks, classes = next(stream)
        optimizer.zero_grad(set_to_none=True)
        loss = model(pixel_values=pixels, mask_labels=masks, class_labels=classes).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_([p for group in groups.values() for p in group], plan["clip"])
        optimizer.step()
        schedule.step()
        seconds += time.perf_counter() - begin
        if step % 20 == 0:
            print(f"peer: step {step}, loss {float(loss):.3f}, {seconds / step:.2f} s a step", flush=True)
        if step % args.every == 0 or step == steps:
            folder = out / f"step-{step}"
            model.save_pretrained(folder)
            (folder / "preprocessor_config.json").write_bytes((exported / "preprocessor_config.json").read_bytes())
            found.append((step, seconds, folder))
    return found


def settings_of(run_folder):
    """What the peer must know of a run's settings: its config.conf has a line for each."""
    text = (run_folder / "config.conf").read_text()

    def number(path):
        level = text
        *outer, name = path.split(".")
        for word in outer:
            level = level[re.search(rf"^\s*{word} {{", level, re.M).end():]
        return float(re.search(rf"^\s*{name}=(\S+)", level, re.M)[1])

    return {
        "steps": int(number("train.steps")), "batch": int(number("train.batch-size")), "rate": number("optimizer.learning-rate"),
        "multiplier": number("optimizer.backbone-multiplier"), "decay": number("optimizer.weight-decay"),
        "clip": number("optimizer.clip-norm"), "warmup": number("schedule.warmup-steps"), "from": number("schedule.warmup-factor"),
        "power": number("schedule.shape.power") if "power=" in text else 0.9, "size": int(number("augment.lsj.height")),
        "scales": (number("augment.lsj.min-scale"), number("augment.lsj.max-scale")), "points": number("criterion.points.points"),
    }


def quality(model, config):
    result = json.loads(run(MASKWRIGHT, "eval", model, "--config", config, "--by-position", "--json"))
    text = json.dumps(result)
    return [float(re.search(rf'"(?:instance\.)?{name}": ([0-9.]+)', text)[1]) for name in ("AP", "AP50")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=pathlib.Path)
    parser.add_argument("--weights", type=pathlib.Path, required=True)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--every", type=int, default=50)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("runs/finetune"))
    args = parser.parse_args()
    args.out.mkdir(parents=True)
    args.data = pathlib.Path(re.search(r'^data\.root = "(.*)"', args.config.read_text(), re.M)[1])
    settings = {
        "model.backbone.type": "resnet", "model.backbone.resnet.block": "basic", "model.backbone.resnet.blocks": "[2,2,2,2]",
        "model.backbone.resnet.norm": "frozen", "init.backbone": str(args.weights.resolve()), "train.steps": str(args.steps),
    }
    mine = ours(args.config, args.out / "ours", settings, args.every, args.threads)
    exported = args.out / "exported"
    run(MASKWRIGHT, "export", mine[-1][2], "--to", "hf", "--out", exported)
    theirs = peer(args, args.out / "peer", exported, settings_of(args.out / "ours"))
    rows = []
    config = args.out / "ours" / "config.conf"
    for step, seconds, folder in mine:
        rows.append(("maskwright", step, seconds, *quality(folder, config)))
    for step, seconds, folder in theirs:
        model = args.out / "imported" / f"step-{step}"
        run(MASKWRIGHT, "import", folder, "--out", model)
        rows.append(("transformers", step, seconds, *quality(model, config)))
    lines = ["side\tstep\tseconds\tAP\tAP50"] + ["%s\t%d\t%.1f\t%.1f\t%.1f" % row for row in rows]
    (args.out / "finetune.tsv").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))
    try:
        import matplotlib
    except ImportError:
        return
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4.2), dpi=110)
    for side, colour in (("maskwright", "#1f6feb"), ("transformers", "#d1741f")):
        axes.plot([r[2] / 60 for r in rows if r[0] == side], [r[3] for r in rows if r[0] == side], "o-", label=side, color=colour)
    axes.set_xlabel("minutes of training")
    axes.set_ylabel("mask AP")
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    axes.legend(frameon=False, loc="lower right")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    figure.tight_layout()
    figure.savefig(args.out / "finetune.png")


if __name__ == "__main__":
    main()
