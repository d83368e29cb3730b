"""What torchvision's functions on Pillow images make of a picture, as SHA-256 of the pixels: views_golden.tsv.

python make_views_golden.py; torchvision 0.29.2, Pillow 13.0.0. The picture is made by a formula that the test has too.
"""
import hashlib
import os

import numpy as np
from PIL import Image, ImageFilter, ImageOps
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as F

WIDTH, HEIGHT = 97, 61


def picture():
    pixels = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    state = 12345
    for y in range(HEIGHT):
        for x in range(WIDTH):
            for c in range(3):
                state = (state * 1103515245 + 12345) & 0x7FFFFFFF
                noise = (state >> 16) % 64
                pixels[y, x, c] = min(255, (x * (c + 1) + y * (4 - c)) % 200 + noise if (x // 16 + y // 16) % 3 else noise * 4)
    return Image.fromarray(pixels)


rows = []


def add(name, image):
    rows.append(f"{name}\t{hashlib.sha256(np.asarray(image.convert('RGB')).tobytes()).hexdigest()}")


image = picture()
add("picture", image)
for factor in (0.0, 0.3, 0.617, 1.0, 1.4, 1.83):
    add(f"brightness {factor}", F.adjust_brightness(image, factor))
    add(f"contrast {factor}", F.adjust_contrast(image, factor))
    add(f"saturation {factor}", F.adjust_saturation(image, factor))
for turn in (-0.5, -0.1, -0.037, 0.0, 0.05, 0.1, 0.4):
    add(f"hue {turn}", F.adjust_hue(image, turn))
add("grey", F.to_grayscale(image, 3))
for sigma in (0.1, 0.5, 0.77, 1.0, 1.31, 2.0, 5.5, 40.0):
    add(f"blur {sigma}", image.filter(ImageFilter.GaussianBlur(sigma)))
add("solarise", F.solarize(image, 128))
for x, y, w, h, to_w, to_h in ((3, 5, 50, 41, 32, 32), (0, 0, 97, 61, 224, 160), (40, 2, 9, 57, 24, 16), (11, 7, 64, 48, 64, 48), (90, 55, 2, 3, 16, 16)):
    for mode in ("bilinear", "bicubic"):
        out = F.resized_crop(image, y, x, h, w, [to_h, to_w], InterpolationMode(mode))
        add(f"crop {mode} {x} {y} {w} {h} {to_w} {to_h}", out)
chain = F.resized_crop(image, 5, 3, 41, 50, [32, 32], InterpolationMode.BICUBIC)
chain = F.adjust_saturation(F.adjust_brightness(F.adjust_hue(F.adjust_contrast(chain, 0.8), 0.07), 1.2), 1.3)
chain = ImageOps.mirror(chain.filter(ImageFilter.GaussianBlur(1.5)))
add("chain", chain)
with open(os.path.join(os.path.dirname(__file__), "views_golden.tsv"), "w") as f:
    f.write("\n".join(rows) + "\n")
