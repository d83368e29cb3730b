#!/usr/bin/env python3
"""F-VLM's claim: heads that were trained on some classes alone find others better when a frozen backbone that knows words is asked too, and the classes of the training hardly worse.

    python benchmarks/words/ensemble.py FOLDER [--seeds 3] [--steps 800] [--train 600] [--val 200] [KEY=VALUE ...]

(Python 3 alone; ./maskwright builds what is needed; KEY=VALUE are settings of all runs, such as engine.threads=1.)

FOLDER/data receives pictures (data caption-shapes), of which training has those with red, green and blue shapes alone; a backbone in the layout of CLIP's ViT that is made by hand, so that it is known what it
knows: its features are the pixels of a patch, of which its last projection takes the hue; and bank.npz, the vectors of five colours in that space. Heads are trained on three colours, a run for each seed, in
FOLDER/heads-SEED; runs that are there are not done again. Each is then evaluated three times, asked for red, yellow, green, blue and purple: the heads alone, with the backbone (0.35 for classes of the training,
0.65 for others, as in F-VLM), and the backbone alone on the heads' masks.

Writes FOLDER/table.md: mean and standard deviation over the seeds of how many shapes the best mask calls by their colour, of those of the training and of the two others, and their average precision.

Source: F-VLM (arXiv 2209.15639), section 3.3 and table 5.
"""

import colorsys
import hashlib
import json
import math
import re
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import runs  # noqa: E402
import vectors  # noqa: E402

CONFIG = Path(__file__).with_name("ensemble.conf")
HUES = {"red": 0, "yellow": 0.16, "green": 0.36, "blue": 0.63, "purple": 0.77}  # five of CaptionShapes' eight
BASE = ["red", "green", "blue"]
NOVEL = ["yellow", "purple"]
RUNS = {"heads": ("the heads alone", 0, 0), "ensemble": ("heads and backbone", 0.35, 0.65), "backbone": ("the backbone alone, on the heads' masks", 1, 1)}

PATCH, CELLS, WIDTH, GRID, MLP, SPACE = 8, 4, 128, 8, 8, 8  # cells: a patch's pixels are averaged to 4 x 4
MEAN = [0.48145466, 0.4578275, 0.40821073]  # how CLIP's pictures are normalised
STD = [0.26862954, 0.26130258, 0.27577711]
# Red, green and blue in the plane of hues.
PLANE = [[1, -0.5, -0.5], [0, math.sqrt(0.75), -math.sqrt(0.75)]]


def zeros(*shape):
    return (shape, [0.0] * math.prod(shape))


def ones(*shape):
    return (shape, [1.0] * math.prod(shape))


def clip(path, axes):
    """A vision transformer whose tokens are v, -v, 1, -1 and zeros, v the 4 x 4 x 3 means of a patch; its block adds nothing, and the projection takes the mean colour's hue.

    A value and its negative have no mean, so that normalising a token only scales it. axes: two vectors of the space of words, the plane of hues in it.
    """
    values = 3 * CELLS * CELLS
    side = PATCH // CELLS
    patches = [0.0] * (WIDTH * 3 * PATCH * PATCH)
    for c in range(3):
        for y in range(PATCH):
            for x in range(PATCH):
                token = (c * CELLS + y // side) * CELLS + x // side
                for channel, sign in ((token, 1), (values + token, -1)):
                    patches[((channel * 3 + c) * PATCH + y) * PATCH + x] = sign / (side * side)
    positions = [0.0] * ((1 + GRID * GRID) * WIDTH)
    for place in range(1 + GRID * GRID):
        positions[place * WIDTH + 2 * values] = 1
        positions[place * WIDTH + 2 * values + 1] = -1
    projection = [0.0] * (SPACE * WIDTH)
    for d in range(SPACE):
        for row, axis in zip(PLANE, axes):
            for c in range(3):
                for cell in range(CELLS * CELLS):
                    projection[d * WIDTH + c * CELLS * CELLS + cell] += axis[d] * row[c] * STD[c] / (CELLS * CELLS)
                projection[d * WIDTH + 2 * values] += axis[d] * row[c] * MEAN[c]
    tensors = {
        "vision_model.embeddings.class_embedding": zeros(WIDTH),
        "vision_model.embeddings.patch_embedding.weight": ((WIDTH, 3, PATCH, PATCH), patches),
        "vision_model.embeddings.position_embedding.weight": ((1 + GRID * GRID, WIDTH), positions),
        "visual_projection.weight": ((SPACE, WIDTH), projection),
    }
    layer = "vision_model.encoder.layers.0."
    for norm in ("vision_model.pre_layrnorm", "vision_model.post_layernorm", layer + "layer_norm1", layer + "layer_norm2"):
        tensors[norm + ".weight"] = ones(WIDTH)
        tensors[norm + ".bias"] = zeros(WIDTH)
    for part, rows, columns in [(f"self_attn.{p}_proj", WIDTH, WIDTH) for p in ("q", "k", "v", "out")] + [("mlp.fc1", MLP, WIDTH), ("mlp.fc2", WIDTH, MLP)]:
        tensors[f"{layer}{part}.weight"] = zeros(rows, columns)
        tensors[f"{layer}{part}.bias"] = zeros(rows)
    vectors.safetensors(path, tensors)


def hue_vector(hue, axes):
    """Where a bright colour lies."""
    plane = [sum(a * b for a, b in zip(row, colorsys.hsv_to_rgb(hue, 1, 1))) for row in PLANE]
    return [sum(p * axis[d] for p, axis in zip(plane, axes)) for d in range(SPACE)]


def colours_only(source, target, classes):
    """COCO's instances of "red disc" as those of "red"; without pictures that show a colour beside the classes."""
    data = json.loads(source.read_text())
    colour = {c["id"]: c["name"].split()[0] for c in data["categories"]}
    left_out = {a["image_id"] for a in data["annotations"] if colour[a["category_id"]] not in classes}
    data["images"] = [i for i in data["images"] if i["id"] not in left_out]
    data["annotations"] = [
        dict(a, category_id=1 + classes.index(colour[a["category_id"]])) for a in data["annotations"] if a["image_id"] not in left_out
    ]
    data["categories"] = [{"id": 1 + k, "name": name} for k, name in enumerate(classes)]
    target.write_text(json.dumps(data))


def data(root, train, val):
    if (root / "bank.npz").exists():
        return
    # About one in five pictures shows colours of the training alone, two in five show none but the five.
    runs.maskwright("data", "caption-shapes", "--images", 5 * train, "--val", int(2.5 * val), "--out", root)
    annotations = root / "annotations"
    colours_only(annotations / "shapes_train.json", annotations / "base_train.json", BASE)
    colours_only(annotations / "shapes_val.json", annotations / "colours_val.json", list(HUES))
    axes = vectors.orthogonal(2, SPACE, seed=1)
    clip(root / "clip.safetensors", axes)
    vectors.bank(root / "bank.npz", {name: hue_vector(hue, axes) for name, hue in HUES.items()})


def weighed(run, name, seen, unseen):
    """A copy of a run's model in which the backbone counts otherwise."""
    model = run.with_name(f"{name}-{run.name}")
    if not model.exists():
        shutil.copytree(run / "checkpoints/last", model)
        file = model / "model.conf"
        text, count = re.subn(r'(seen-weight"?\s*[=:]\s*)[\d.]+', lambda m: m.group(1) + str(seen), file.read_text())
        text, others = re.subn(r'(unseen-weight"?\s*[=:]\s*)[\d.]+', lambda m: m.group(1) + str(unseen), text)
        assert (count, others) == (2, 1), (count, others, file)
        file.write_text(text)
        sums = model / "SHA256SUMS"
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        sums.write_text(re.sub(r"(?m)^[0-9a-f]{64}(  model\.conf)$", lambda m: digest + m.group(1), sums.read_text()))
    return model


def measured(run, model):
    """In per cent: the share of shapes of the training's colours that are called so, of the others, and the average precision of both."""
    out = runs.evaluated(run, model, "--config", run / "config.conf")
    classes = json.loads((out / "evaluation.json").read_text())
    classes = classes.get("evaluations", {}).get("colours", classes)["perClass"]
    return [sum(classes[metric].get(name) or 0 for name in names) / len(names) for metric in ("labels.accuracy", "instance.AP") for names in (BASE, NOVEL)]


def main():
    a = runs.arguments(__doc__, RUNS, 800, train=600, val=200)
    root = a.folder / "data"
    data(root, a.train, a.val)
    rows = {name: [] for name in a.runs}
    for seed in range(1, a.seeds + 1):
        run = a.folder / f"heads-{seed}"
        runs.train(run, CONFIG, [f"data.root={root}", f"seed={seed}", f"train.steps={a.steps}", *a.settings])
        for name in a.runs:
            _, seen, unseen = RUNS[name]
            rows[name].append(measured(run, weighed(run, f"weights-{name}", seen, unseen)))
    header = ["who says the class", "called so: red, green, blue", "called so: yellow, purple", "AP, red, green, blue", "AP, yellow, purple"]
    runs.table(a.folder, header, [(RUNS[name][0], seeds) for name, seeds in rows.items()])


main()
