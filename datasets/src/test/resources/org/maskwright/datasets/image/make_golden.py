"""Makes the image files beside this script and the hashes of what Pillow decodes and resizes them to.

Run: python make_golden.py SHARED_DIR      (Pillow 13.0.0, numpy 2.4)
Lines of golden.tsv: kind, file (shared: relative to SHARED_DIR), width, height, sha256 of the RGB bytes [H,W,3].
"""
import hashlib, io, os, sys
import numpy as np
from PIL import Image, ImageOps

HERE = os.path.dirname(os.path.abspath(__file__))
shared = sys.argv[1]
rng = np.random.default_rng(7)
y, x = np.mgrid[0:24, 0:37]
rgb = np.stack([x * 6 % 256, y * 10 % 256, (x * y) % 256], -1).astype(np.uint8)
rgb = np.clip(rgb.astype(int) + rng.integers(-20, 20, rgb.shape), 0, 255).astype(np.uint8)
image = Image.fromarray(rgb)
here = lambda name: os.path.join(HERE, name)

image.save(here("rgb.png"))
image.save(here("rgb.jpg"), quality=92)
image.save(here("rgb.bmp"))
image.save(here("rgb.webp"), lossless=True)
image.save(here("rgb.tif"))
image.save(here("progressive.jpg"), quality=90, progressive=True)
image.convert("L").save(here("grey.png"))
image.convert("L").save(here("grey.jpg"))
image.convert("P", palette=Image.ADAPTIVE, colors=32).save(here("palette.png"))
image.convert("CMYK").save(here("cmyk.jpg"), quality=95)
alpha = Image.fromarray((x * 5 % 256).astype(np.uint8))
rgba = image.copy(); rgba.putalpha(alpha); rgba.save(here("rgba.png"))
la = image.convert("L"); la.putalpha(alpha); la.save(here("grey_alpha.png"))
Image.fromarray((rgb[:, :, 0].astype(np.uint16) * 256 + rgb[:, :, 1])).save(here("grey16.png"))
for o in range(1, 9):
    exif = Image.Exif(); exif[0x0112] = o
    image.save(here("exif%d.jpg" % o), quality=92, exif=exif)
    if o > 1:
        image.convert("CMYK").save(here("cmyk_exif%d.jpg" % o), quality=95, exif=exif)

tall = np.stack([x[:, :11] * 23 % 256, y[:, :11] * 10 % 256, (x * y * 7)[:, :11] % 256], -1).astype(np.uint8)
Image.fromarray(np.concatenate([tall, 255 - tall[::-1]])).save(here("tall.png"))  # 11 x 48

def decode(path):
    with Image.open(path) as f:
        f = ImageOps.exif_transpose(f)
        if f.mode in ("I;16", "I;16B", "I"):  # the high byte, as OpenCV and newer Pillow
            return Image.fromarray((np.asarray(f).astype(np.int64) >> 8).astype(np.uint8)).convert("RGB")
        return f.convert("RGB")

def line(kind, name, im):
    a = np.asarray(im)
    return "\t".join([kind, name, str(a.shape[1]), str(a.shape[0]), hashlib.sha256(a.tobytes()).hexdigest()])

lines = []
for name in sorted(os.listdir(HERE)):
    if name.endswith((".py", ".tsv")):
        continue
    lines.append(line("decode", name, decode(here(name))))
for folder in ("photos", "coco/train2017", "PennFudanPed/PNGImages"):
    for name in sorted(os.listdir(os.path.join(shared, "data", folder)))[:20]:
        if name.endswith((".jpg", ".png")):
            lines.append(line("decode", "shared:data/%s/%s" % (folder, name), decode(os.path.join(shared, "data", folder, name))))
for w, h in ((37, 24), (1, 1), (5, 3), (74, 48), (80, 51), (36, 23), (37, 50), (111, 70), (300, 200)):
    lines.append(line("resize", "rgb.png", decode(here("rgb.png")).resize((w, h), Image.BILINEAR)))
    lines.append(line("nearest", "rgb.png", decode(here("rgb.png")).resize((w, h), Image.NEAREST)))
for name, sizes in (("rgb.png", ((37, 9), (40, 23), (60, 9), (36, 21), (36, 22), (20, 2))), ("tall.png", ((10, 44), (9, 39), (8, 35), (5, 22), (11, 20), (30, 47), (10, 46), (12, 52)))):
    for size in sizes:  # both orders of the passes: Pillow 13 takes columns first where H - h > 2 (W - w)
        lines.append(line("resize", name, decode(here(name)).resize(size, Image.BILINEAR)))
lines.append(line("resize", "shared:data/photos/dog.jpg", decode(os.path.join(shared, "data/photos/dog.jpg")).resize((1333, 890), Image.BILINEAR)))
lines.append(line("resize", "shared:data/photos/dog.jpg", decode(os.path.join(shared, "data/photos/dog.jpg")).resize((123, 77), Image.BILINEAR)))
open(here("golden.tsv"), "w").write("\n".join(lines) + "\n")
