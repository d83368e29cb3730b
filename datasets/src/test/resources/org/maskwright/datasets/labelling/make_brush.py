"""Writes brush.txt: brush strokes as Label Studio packs them, and the pixels that its SDK unpacks.

Run with label-studio-sdk 2.1.2, numpy and Pillow:
    python make_brush.py > brush.txt
Each line: width, height, the packed bytes, the pixels row by row (1 = not transparent).
"""

import numpy as np
from label_studio_sdk.converter.brush import decode_rle, encode_rle

random = np.random.default_rng(7)
for height, width in ((1, 1), (9, 13), (20, 31), (40, 17)):
    for kind in range(3):
        alpha = np.zeros((height, width), np.uint8)
        if kind == 0:
            alpha[height // 4 : height // 2 + 1, width // 3 : width // 2 + 1] = 255
        elif kind == 1:
            alpha[:] = np.where(random.random((height, width)) < 0.3, 255, 0)
        else:
            alpha[:] = random.integers(0, 256, (height, width)) // 128 * random.integers(1, 256)
        rgba = np.repeat(alpha.reshape(-1), 4)
        packed = encode_rle(rgba)
        pixels = decode_rle(packed).reshape(height, width, 4)[:, :, 3] > 0
        print(width, height, ",".join(map(str, packed)), "".join("01"[int(p)] for p in pixels.reshape(-1)))
