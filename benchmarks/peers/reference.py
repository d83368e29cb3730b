"""What Hugging Face transformers does in benchmarks/peers/run.py: makes the model folder, saves and loads it, predicts one picture.

    python benchmarks/peers/reference.py model FOLDER
    python benchmarks/peers/reference.py checkpoint FOLDER FILE THREADS torch|safetensors [sync]
    python benchmarks/peers/reference.py predict FOLDER IMAGE OUT SHORT_EDGE THREADS
    python benchmarks/peers/reference.py versions

`checkpoint` answers the lines save and load on standard input with milliseconds, as org.maskwright.benchmarks.checkpoint.CheckpointWorker.
"""

import importlib.metadata
import json
import os
import pathlib
import sys
import time


def make(folder):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "parity"))
    import full_size
    import torch

    torch.manual_seed(7)
    model = full_size.build("mask2former-r50")
    full_size.shake(model)
    model.save_pretrained(folder)


def open_model(folder):
    from transformers import Mask2FormerForUniversalSegmentation, logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    return Mask2FormerForUniversalSegmentation.from_pretrained(folder).eval()


def sync(file):
    with open(file, "rb") as written:
        os.fsync(written.fileno())


def checkpoint(folder, file, threads, form, *options):
    import torch
    from safetensors.torch import load_file, save_file

    torch.set_num_threads(int(threads))
    model = open_model(folder)

    def save():
        state = model.state_dict()
        if form == "torch":
            torch.save(state, file)
        else:
            save_file(state, file)
        if options:
            sync(file)

    def load():
        model.load_state_dict(torch.load(file, weights_only=True) if form == "torch" else load_file(file))

    print("ready", flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        (save if line.strip() == "save" else load)()
        print(f"{1e3 * (time.perf_counter() - start):.1f}", flush=True)


def predict(folder, image, out, short_edge, threads):
    import numpy as np
    import torch
    from PIL import Image
    from transformers import Mask2FormerImageProcessor

    torch.set_num_threads(int(threads))
    model = open_model(folder)
    processor = Mask2FormerImageProcessor(size={"shortest_edge": int(short_edge), "longest_edge": 1333})
    photo = Image.open(image).convert("RGB")
    with torch.inference_mode():
        outputs = model(**processor(images=photo, return_tensors="pt"))
    found = processor.post_process_panoptic_segmentation(outputs, target_sizes=[photo.size[::-1]])[0]
    colours = np.random.default_rng(1).integers(0, 256, (256, 3))
    overlay = np.asarray(photo) // 2 + (colours[found["segmentation"].numpy().astype(int) % 256] // 2).astype(np.uint8)
    os.makedirs(out, exist_ok=True)
    Image.fromarray(overlay.astype(np.uint8)).save(f"{out}/overlay.png")
    pathlib.Path(f"{out}/overlay.json").write_text(json.dumps(found["segments_info"]))


def versions():
    names = ("torch", "transformers", "safetensors", "numpy", "pillow", "pycocotools", "faster-coco-eval", "hotcoco", "vernier",
             "panopticapi-lite", "panopticapi")
    found = {}
    for name in names:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            pass
    print(json.dumps(found))


if __name__ == "__main__":
    {"model": make, "checkpoint": checkpoint, "predict": predict, "versions": versions}[sys.argv[1]](*sys.argv[2:])
