"""Golden automatic masks: the official generator on the answers of a made-up model.

    git clone https://github.com/facebookresearch/segment-anything   # dca509f
    PYTHONPATH=segment-anything python make_auto_masks.py

needs numpy, torch, torchvision, opencv-python. Writes auto-masks.json beside this file.

The made-up model answers a point with three discs around the object that the point is in, with specks; all of it is
integer arithmetic and divisions by powers of two, so that AutoMasksParityTest computes the same numbers to the bit.
"""

import json
import pathlib
import types

import numpy as np
import torch
from segment_anything.automatic_mask_generator import SamAutomaticMaskGenerator
from segment_anything.utils import amg

HERE = pathlib.Path(__file__).parent
OBJECTS = [(30, 25, 14), (34, 30, 30), (80, 60, 20), (100, 20, 9), (15, 75, 12), (62, 8, 11), (150, 40, 25), (110, 80, 6)]


def disc(x, y):
    """Number, centre and radius of the first object that a place is in, or a speck of its own."""
    for i, (cx, cy, r) in enumerate(OBJECTS):
        if (x - cx) ** 2 + (y - cy) ** 2 <= r * r:
            return i, cx, cy, r
    return len(OBJECTS), int(x), int(y), 5


class Predictor:
    def __init__(self):
        self.transform = types.SimpleNamespace(apply_coords=lambda points, size: points)
        self.model = types.SimpleNamespace(mask_threshold=0.0)
        self.device = "cpu"

    def set_image(self, crop):
        self.y0, self.x0 = int(crop[0, 0, 1]), int(crop[0, 0, 0])
        self.h, self.w = crop.shape[:2]

    def reset_image(self):
        pass

    def predict_torch(self, points, labels, multimask_output, return_logits):
        assert multimask_output and return_logits
        ys, xs = np.mgrid[self.y0 : self.y0 + self.h, self.x0 : self.x0 + self.w].astype(np.int64)
        logits, quality = [], []
        for px, py in points[:, 0].numpy():
            gx, gy = px + self.x0, py + self.y0
            i, cx, cy, r = disc(gx, gy)
            for k in range(3):
                rk = r * (2 + k) // 3
                value = (rk * rk - (xs - cx) ** 2 - (ys - cy) ** 2).astype(np.float32) / np.float32(1 << (i % 6 + 1))
                near = (xs - cx) ** 2 + (ys - cy) ** 2 < (rk + 5) ** 2
                speck = near & (((xs // 3) * 7 + (ys // 3) * 13 + 5 * i + k) % 41 == 0)
                logits.append(np.where(speck, -value, value))
                quality.append((820 + (i * 37 + k * 91 + int(gx) * 3 + int(gy) * 5) % 190) / 1024)
        n = len(points)
        return (
            torch.from_numpy(np.stack(logits).reshape(n, 3, self.h, self.w)),
            torch.tensor(quality, dtype=torch.float32).reshape(n, 3),
            None,
        )


def picture(width, height):
    image = np.zeros((height, width, 3), np.uint8)
    image[..., 0] = np.arange(width)[None, :]
    image[..., 1] = np.arange(height)[:, None]
    return image


def masks(width, height, **settings):
    model = types.SimpleNamespace(image_encoder=types.SimpleNamespace(img_size=1024))
    generator = SamAutomaticMaskGenerator(model, output_mode="uncompressed_rle", **settings)
    generator.predictor = Predictor()
    records = generator.generate(picture(width, height))
    return [
        {
            "area": r["area"],
            "bbox": r["bbox"],
            "predicted_iou": r["predicted_iou"],
            "point_coords": r["point_coords"],
            "stability_score": r["stability_score"],
            "crop_box": r["crop_box"],
            "counts": sum(c * (i + 1) for i, c in enumerate(r["segmentation"]["counts"])),
        }
        for r in records
    ]


CASES = [
    (120, 90, dict(points_per_side=16)),
    (120, 90, dict(points_per_side=32, points_per_batch=50, min_mask_region_area=25)),
    (180, 90, dict(points_per_side=12, crop_n_layers=1, crop_n_points_downscale_factor=2)),
    (
        180,
        101,
        dict(points_per_side=9, crop_n_layers=2, crop_overlap_ratio=0.5, stability_score_thresh=0.8, min_mask_region_area=40),
    ),
    (97, 64, dict(points_per_side=8, pred_iou_thresh=0, stability_score_thresh=0, box_nms_thresh=0.9)),
    (
        64,
        97,
        dict(points_per_side=7, stability_score_offset=2.5, stability_score_thresh=0.7, crop_nms_thresh=0.4, crop_n_layers=1),
    ),
    (120, 90, dict(points_per_side=1, pred_iou_thresh=0.8, stability_score_thresh=0.5)),
]


def region(rng, share):
    mask = rng.random((11, 13)) < share
    out = {"mask": "".join("#" if p else "." for p in mask.ravel())}
    for mode in ("holes", "islands"):
        mask, _ = amg.remove_small_regions(mask, 6, mode)
    out["cleared"] = "".join("#" if p else "." for p in mask.ravel())
    return out


rng = np.random.default_rng(3)
golden = {
    "pictures": [
        {"width": w, "height": h, "settings": s, "masks": masks(w, h, **s)} for w, h, s in CASES
    ],
    "crops": [
        {"width": w, "height": h, "layers": n, "ratio": r, "boxes": amg.generate_crop_boxes((h, w), n, r)[0]}
        for w, h, n, r in [(640, 480, 1, 512 / 1500), (1500, 1000, 2, 512 / 1500), (333, 517, 3, 0.25), (50, 40, 2, 0.0)]
    ],
    "regions": [region(rng, share) for share in (0.05, 0.15, 0.3, 0.5, 0.6, 0.7, 0.9) for _ in range(4)],
}
(HERE / "auto-masks.json").write_text(json.dumps(golden, separators=(",", ":")).replace('},{"area', '},\n{"area') + "\n")
for p in golden["pictures"]:
    print(p["width"], p["height"], p["settings"], len(p["masks"]))
