"""Makes the TIFFs beside this script, and what Pillow resizes one channel of floats to.

Run: python make_tiffs.py      (tifffile 2025, imagecodecs, Pillow, numpy)
The value of channel c at (x, y) is computed, here and in the test, from n = (7919 c + 523 y + 131 x) mod 65536:
u1: n mod 256; u2: n; u4: 65537 n; i2: n - 32768; f4, f8: n / 65536 - 0.5.
Lines of tiffs.tsv: file, kind, channels, width, height.
resized.tsv: of channel 0 of f4, width and height, then its values row by row.
"""
import os
import numpy as np
import tifffile
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
W, H = 21, 18
lines = []


def values(kind, channels):
    c, y, x = np.meshgrid(np.arange(channels), np.arange(H), np.arange(W), indexing="ij")
    n = (7919 * c + 523 * y + 131 * x) % 65536
    return {
        "u1": lambda: (n % 256).astype(np.uint8),
        "u2": lambda: n.astype(np.uint16),
        "u4": lambda: (n * 65537).astype(np.uint32),
        "i2": lambda: (n - 32768).astype(np.int16),
        "f4": lambda: (n / 65536 - 0.5).astype(np.float32),
        "f8": lambda: n / 65536 - 0.5,
    }[kind]()


def write(name, kind, channels, planar=None, **options):
    data = values(kind, channels)
    big = options.pop("big", False)
    order = options.pop("byteorder", "<")
    if planar == "pages":
        with tifffile.TiffWriter(os.path.join(HERE, name), bigtiff=big, byteorder=order) as out:
            for page in data:
                out.write(page, photometric="minisblack", **options)
    else:
        options.setdefault("photometric", "minisblack")
        if planar == "contig":
            data = np.moveaxis(data, 0, -1)
        if planar is None:
            data = data[0]
        with tifffile.TiffWriter(os.path.join(HERE, name), bigtiff=big, byteorder=order) as out:
            out.write(data, planarconfig=planar, **options)
    lines.append(f"{name}\t{kind}\t{channels}\t{W}\t{H}")


write("strips.tif", "u2", 5, "contig", rowsperstrip=4)
write("one_strip_big_endian.tif", "u2", 5, "contig", byteorder=">")
write("planes_lzw_tiles.tif", "u2", 5, "separate", compression="lzw", tile=(16, 16))
write("lzw_strips.tif", "u2", 16, "contig", compression="lzw", rowsperstrip=7)
write("deflate_predictor_tiles.tif", "u2", 7, "contig", compression="zlib", predictor=2, tile=(16, 16))
write("float_predictor.tif", "f4", 4, "contig", compression="zlib", predictor=3, byteorder=">")
write("float_predictor_planes.tif", "f4", 4, "separate", compression="lzw", predictor=3, rowsperstrip=5)
write("float_planes.tif", "f4", 3, "separate")
write("double.tif", "f8", 2, "contig", compression="zlib")
write("bytes_packbits.tif", "u1", 5, "contig", compression="packbits", rowsperstrip=3)
write("signed.tif", "i2", 1)
write("big_tiff.tif", "u4", 6, "contig", compression="zlib", predictor=2, big=True)
write("pages.tif", "u2", 5, "pages", rowsperstrip=6)
write("white_is_zero.tif", "u2", 1, photometric="miniswhite")
with open(os.path.join(HERE, "tiffs.tsv"), "w") as out:
    out.write("\n".join(lines) + "\n")
with open(os.path.join(HERE, "resized.tsv"), "w") as out:
    image = Image.fromarray(values("f4", 1)[0] * 255, mode="F")
    for size in [(8, 13), (30, 20), (21, 7)]:
        resized = np.asarray(image.resize(size, Image.Resampling.BILINEAR))
        out.write("\t".join([str(size[0]), str(size[1])] + [f"{v:.7g}" for v in resized.ravel()]) + "\n")
