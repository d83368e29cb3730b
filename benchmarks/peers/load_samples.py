"""Large-scale-jitter training samples on one thread, as detectron2's Mask2Former recipes make them: Pillow, pycocotools, PyTorch.

    python benchmarks/peers/load_samples.py COCO_FOLDER SIZE ROUNDS

For each image with annotations: decode, flip (p 0.5), resize by a scale of 0.1 to 2 of what fits SIZE x SIZE, random crop, pad; polygons go
through the same geometry and are rasterised at the final size; masks that became empty are dropped. Prints JSON: processor milliseconds a
sample of each round. org.maskwright.benchmarks.data.LoadSamples does the same with our data sets.
"""

import contextlib
import io
import json
import random
import sys
import time

import numpy as np
import torch
from PIL import Image
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO


def sample(root, info, annotations, size):
    image = Image.open(f"{root}/train2017/{info['file_name']}").convert("RGB")
    width, height = image.size
    flip = random.random() < 0.5
    wanted = random.uniform(0.1, 2) * size
    scale = min(wanted / height, wanted / width)
    new_h, new_w = max(1, round(height * scale)), max(1, round(width * scale))
    top, left = random.randint(0, max(0, new_h - size)), random.randint(0, max(0, new_w - size))
    pixels = np.asarray(image.resize((new_w, new_h), Image.BILINEAR))
    if flip:
        pixels = pixels[:, ::-1]
    pixels = pixels[top:top + size, left:left + size]
    padded = np.full((size, size, 3), 128, np.uint8)
    padded[:pixels.shape[0], :pixels.shape[1]] = pixels
    masks, classes = [], []
    for annotation in annotations:
        segmentation = annotation["segmentation"]
        if isinstance(segmentation, dict):  # a crowd's run lengths: not a target of instance training
            continue
        polygons = []
        for polygon in segmentation:
            xy = np.asarray(polygon, dtype=np.float64).reshape(-1, 2)
            if flip:
                xy[:, 0] = width - xy[:, 0]
            polygons.append((xy * (new_w / width, new_h / height) - (left, top)).ravel().tolist())
        mask = coco_mask.decode(coco_mask.merge(coco_mask.frPyObjects(polygons, size, size)))
        if mask.any():
            masks.append(mask)
            classes.append(annotation["category_id"])
    stacked = torch.from_numpy(np.stack(masks)) if masks else torch.zeros(0, size, size, dtype=torch.uint8)
    return torch.from_numpy(padded.transpose(2, 0, 1).copy()), stacked, torch.tensor(classes)


def main():
    root, size, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(1)
    random.seed(0)
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(f"{root}/annotations/instances_train2017.json")
    groups = [(coco.imgs[i], [a for a in coco.imgToAnns[i]]) for i in coco.imgs]
    groups = [(info, anns) for info, anns in groups if any(not a.get("iscrowd") for a in anns)]
    times, targets = [], 0
    for _ in range(rounds):
        start = time.thread_time()
        for info, annotations in groups:
            targets += len(sample(root, info, annotations, size)[1])
        times.append(round(1e3 * (time.thread_time() - start) / len(groups), 3))
    print(json.dumps({"samples": len(groups), "targets": targets // rounds, "msPerSample": times}))


if __name__ == "__main__":
    main()
