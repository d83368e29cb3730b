"""Pictures of one shape each for the experiments here: a folder for each class.

    python benchmarks/pretraining/shapes.py DIR [--each 40] [--seed 0] [--style plain|inverted|noisy] [--classes 8] [--side 48] [--parents PARENTS.csv]

DIR/train and DIR/val have a folder for each fine class, a form with a mark: of each of 4 forms two, which differ by a small mark alone. The kind above (disc, box, ...) is the
form. Light falls from above and the ground is darker below, so that a picture shows how it is turned. The same arguments give the same bytes. (Python 3 alone.)
"""

import argparse
import math
import pathlib
import random
import struct
import zlib

FORMS = ["disc", "box", "wedge", "ring"]
MARKS = ["dotted", "striped", "crossed", "bare"]


def inside(form, x, y):
    if form == "disc":
        return x * x + y * y < 1
    if form == "box":
        return max(abs(x), abs(y)) < 0.85
    if form == "wedge":
        return -0.9 < y < 0.9 and abs(x) < (y + 0.9) / 1.8
    return 0.35 < x * x + y * y < 1


def marked(mark, x, y):
    if mark == "dotted":
        return math.hypot(x - 0.45, y) < 0.22
    if mark == "striped":
        return abs(y - 0.35) < 0.1
    if mark == "crossed":
        return abs(x + y) < 0.12 or abs(x - y) < 0.12
    return False


def png(rows, side):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    raw = b"".join(b"\0" + bytes(row) for row in rows)
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(raw, 6)) + chunk(b"IEND", b"")


def picture(rng, form, mark, style, side):
    cx, cy = (rng.uniform(0.35, 0.65) * side for _ in range(2))
    radius = rng.uniform(0.22, 0.34) * side
    colour = [rng.uniform(60, 230) for _ in range(3)]
    ground = [rng.uniform(60, 230) for _ in range(3)]
    other = [255 - c for c in colour]
    noise = 60 if style == "noisy" else 12
    rows = []
    for py in range(side):
        row = []
        light = 1.15 - 0.5 * py / side
        for px in range(side):
            x, y = (px - cx) / radius, (py - cy) / radius
            if inside(form, x, y):
                base = other if marked(mark, x, y) else colour
                shade = light * (1.1 - 0.25 * y)
            else:
                base, shade = ground, light
            for c in range(3):
                value = base[c] * shade + rng.gauss(0, noise)
                value = min(255, max(0, int(value)))
                row.append(255 - value if style == "inverted" else value)
        rows.append(row)
    return png(rows, side)


def write(folder, each, seed, style="plain", classes=8, side=48):
    """Writes the pictures; gives the parent of each fine class."""
    parents = {}
    for n in range(classes):
        form, mark = FORMS[n % len(FORMS)], MARKS[n // len(FORMS) % len(MARKS)]
        parents[f"{mark} {form}"] = form
    for part, count in (("train", each), ("val", max(4, each // 2))):
        for name, form in parents.items():
            place = pathlib.Path(folder) / part / name
            place.mkdir(parents=True, exist_ok=True)
            for i in range(count):
                file = place / f"{part}-{name.replace(' ', '-')}-{i:04d}.png"
                if not file.exists():
                    rng = random.Random(f"{seed} {part} {name} {style} {i}")
                    file.write_bytes(picture(rng, form, name.split()[0], style, side))
    return parents


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--each", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--style", choices=["plain", "inverted", "noisy"], default="plain")
    parser.add_argument("--classes", type=int, default=8)
    parser.add_argument("--side", type=int, default=48)
    parser.add_argument("--parents")
    asked = parser.parse_args()
    parents = write(asked.folder, asked.each, asked.seed, asked.style, asked.classes, asked.side)
    if asked.parents:
        pathlib.Path(asked.parents).write_text("label,parent\n" + "".join(f"{k},{v}\n" for k, v in parents.items()))


if __name__ == "__main__":
    main()
