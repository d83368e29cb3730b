"""Writes curves-truth.json, curves-results.json and curves-expected.json: what pycocotools says of each class at IoU 0.5.

python3 make_instance_curves.py     (numpy 2.4.6, pycocotools 2.0.11; in this folder)

Ellipses of three classes in twelve small images, some of them crowds, found with shifts, wrong classes, parts and doubles. Every score occurs once, so that
pycocotools, which has a point for each detection, and Maskwright, which has one for each score, have the same points. No image has 100 detections of a class.
"best" is the first score, from the highest down, with the largest F1, by brute force over the matches of pycocotools.
"""

import json
from fractions import Fraction

import numpy
from pycocotools import mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

SIZE = 160
draw = numpy.random.default_rng(11)
scores = list(draw.permutation(numpy.arange(1, 900)) / 1000)


def ellipse(x, y, a, b):
    v, u = numpy.mgrid[:SIZE, :SIZE]
    rle = mask.encode(numpy.asfortranarray(((u - x) / a) ** 2 + ((v - y) / b) ** 2 <= 1).astype(numpy.uint8))
    return {"size": [SIZE, SIZE], "counts": rle["counts"].decode()}, int(mask.area(rle)), mask.toBbox(rle).tolist()


truth = {
    "images": [{"id": i, "width": SIZE, "height": SIZE, "file_name": f"{i}.jpg"} for i in range(1, 13)],
    "categories": [{"id": 3, "name": "round"}, {"id": 5, "name": "flat"}, {"id": 9, "name": "rare"}, {"id": 11, "name": "absent"}],
    "annotations": [],
}
results = []


def found(image, category, x, y, a, b):
    segmentation, area, box = ellipse(x, y, a, b)
    results.append({"image_id": image, "category_id": category, "score": float(scores.pop()), "segmentation": segmentation, "bbox": box})


for image in range(1, 13):
    for _ in range(int(draw.integers(3, 8))):
        category = int(draw.choice([3, 5, 9], p=[0.5, 0.4, 0.1]))
        x, y = draw.uniform(20, 140, 2)
        a, b = draw.uniform(4, 45, 2) if category == 3 else (draw.uniform(10, 50), draw.uniform(4, 14))
        segmentation, area, box = ellipse(x, y, a, b)
        crowd = int(draw.random() < 0.12)
        truth["annotations"].append(
            {
                "id": len(truth["annotations"]) + 1, "image_id": image, "category_id": category,
                "segmentation": segmentation, "area": area, "bbox": box, "iscrowd": crowd,
            }
        )
        for _ in range(int(draw.integers(0, 4))):
            kind = draw.random()
            other = int(draw.choice([3, 5, 9, 11])) if draw.random() < 0.2 else category
            if kind < 0.6:
                found(image, other, x + draw.normal(0, a / 6), y + draw.normal(0, b / 6), a * draw.uniform(0.8, 1.2), b * draw.uniform(0.8, 1.2))
            elif kind < 0.8:
                found(image, other, x - a / 2, y, a / 2, b / 1.5)
                found(image, other, x + a / 2, y, a / 2, b / 1.5)
            else:
                found(image, other, x, y, a * 2, b * 2)
    found(image, int(draw.choice([3, 5, 9])), *draw.uniform(20, 140, 2), 10, 10)

for name, content in (("truth", truth), ("results", results)):
    with open(f"curves-{name}.json", "w") as file:
        json.dump(content, file, separators=(",", ":"))
        file.write("\n")

gt = COCO("curves-truth.json")
evaluation = COCOeval(gt, gt.loadRes([{k: v for k, v in r.items() if k != "bbox"} for r in results]), "segm")
evaluation.evaluate()
evaluation.accumulate()
precision, recall = evaluation.eval["precision"], evaluation.eval["recall"]  # [T,R,K,A,M], [T,K,A,M]
expected = {}
for k, category in enumerate(evaluation.params.catIds):
    cells = [e for e in evaluation.evalImgs if e and e["category_id"] == category and e["aRng"] == [0, 1e10]]
    truths = sum(int((numpy.asarray(e["gtIgnore"]) == 0).sum()) for e in cells)
    hits = sorted(
        ((s, m > 0) for e in cells for s, m, ignored in zip(e["dtScores"], e["dtMatches"][0], e["dtIgnore"][0]) if not ignored), reverse=True
    )
    best = None
    for n in range(1, len(hits) + 1):
        right = sum(int(hit) for _, hit in hits[:n])
        f1 = Fraction(2 * right, n + truths)
        if right and (best is None or f1 > best[0]):
            best = (f1, float(hits[n - 1][0]), right, n - right)
    valid = precision[:, :, k, 0, 2]
    expected[str(category)] = {
        "name": gt.cats[category]["name"],
        "truths": truths,
        "detections": len(hits),
        "right": sum(int(hit) for _, hit in hits),
        "AP": float(valid[valid > -1].mean()) if (valid > -1).any() else -1.0,
        "AP50": float(valid[0].mean()),
        "precision": valid[0].tolist(),
        "recall": float(recall[0, k, 0, 2]),
        "best": best and {"threshold": best[1], "right": best[2], "wrong": best[3]},
    }
with open("curves-expected.json", "w") as file:
    json.dump(expected, file, separators=(",", ":"))
    file.write("\n")
