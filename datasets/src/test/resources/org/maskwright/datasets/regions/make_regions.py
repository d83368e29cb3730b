"""Partitions of ten small pictures by scikit-image's felzenszwalb.

Run:  pip install scikit-image && python make_regions.py

Writes regions.bin: of each picture its height, width, scale and least size as unsigned 16-bit numbers, big-endian, its RGB bytes, then
the numbers of regions as unsigned 16-bit numbers, row by row. Sigma is 0.8. The pictures are drawn by this script: smooth noise
(blurred, stretched), discs and stripes with a little noise.
"""

import os
import struct

import numpy as np
from scipy import ndimage
from skimage.segmentation import felzenszwalb

random = np.random.default_rng(7)
out = b""
for n in range(10):
    h, w = int(random.integers(24, 56)), int(random.integers(24, 56))
    picture = ndimage.gaussian_filter(random.normal(0, 1, (h, w, 3)), (2, 2, 0))
    picture = 128 + 60 * picture / picture.std()
    y, x = np.mgrid[:h, :w]
    for _ in range(int(random.integers(1, 5))):
        cy, cx, r = random.uniform(0, h), random.uniform(0, w), random.uniform(4, 14)
        inside = (y - cy) ** 2 + (x - cx) ** 2 < r * r
        picture[inside] = random.uniform(20, 235, 3)
    if n % 3 == 0:
        picture[:, (x[0] // 5) % 2 == 0] += 25
    picture = np.clip(picture + random.normal(0, 3, picture.shape), 0, 255).astype(np.uint8)
    scale, least = int(random.choice([50, 100, 300, 1000])), int(random.choice([1, 10, 50, 100]))
    labels = felzenszwalb(picture, scale=scale, sigma=0.8, min_size=least)
    print(h, w, scale, least, labels.max() + 1)
    out += struct.pack(">4H", h, w, scale, least) + picture.tobytes() + labels.astype(">u2").tobytes()
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "regions.bin"), "wb") as f:
    f.write(out)
