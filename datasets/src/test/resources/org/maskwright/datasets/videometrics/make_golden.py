"""Generated videos and what the official tools say of them.

Run: python make_golden.py REFERENCES     (numpy, scipy, pycocotools, opencv-python-headless, scikit-image)
REFERENCES holds the unpacked repositories cocoapi (youtubevos), davis2017-evaluation (davisvideochallenge), vps (mcahny),
deeplab2 (google-research) and TrackEval (JonathonLuiten). None of their code is copied here: it is loaded from there and run.
Names that numpy has dropped since (np.float, np.int) are put back, counts of STQ stay float64, which they were with numpy 1.

Writes beside itself: ytvis-N-gt.json, ytvis-N-pred.json, davis-N.json, panoptic-N-gt.json, panoptic-N-pred.json, panoptic-N-maps.json,
mots-N.json and expected.json. Label maps are run lengths [label, count, ...] in rows.
"""

import collections
import copy
import importlib.util
import io
import json
import os
import sys
import tempfile
import types
from contextlib import redirect_stdout

import numpy as np
from pycocotools import mask as rle_tools

np.float, np.int = float, int
HERE = os.path.dirname(os.path.abspath(__file__))
REFERENCES = sys.argv[1]


def module(name, path, *changes):
    text = open(os.path.join(REFERENCES, path)).read()
    for before, after in changes:
        assert before in text, (path, before)
        text = text.replace(before, after)
    made = types.ModuleType(name)
    made.__file__ = path
    made.unicode = str
    sys.modules[name] = made
    exec(compile(text, path, "exec"), made.__dict__)
    return made


def write(name, value):
    with open(os.path.join(HERE, name), "w") as f:
        json.dump(value, f, separators=(",", ":"))
        f.write("\n")


def encoded(mask):
    rle = rle_tools.encode(np.asfortranarray(mask.astype(np.uint8)))
    return {"size": [int(s) for s in rle["size"]], "counts": rle["counts"].decode()}


def runs(labels):
    flat = labels.ravel()
    out, start = [], 0
    for i in range(1, len(flat) + 1):
        if i == len(flat) or flat[i] != flat[start]:
            out += [int(flat[start]), i - start]
            start = i
    return out


def plain(value):
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(v) for v in value]
    if isinstance(value, (np.floating, float)):
        return float(value)
    return int(value)


# ---------------------------------------------------------------- moving shapes

def disc(h, w, y, x, r):
    yy, xx = np.mgrid[:h, :w]
    return (yy - y) ** 2 + (xx - x) ** 2 <= r * r


class Walker:
    """A shape that moves, and is absent in some frames."""

    def __init__(self, rng, h, w, frames, size):
        self.h, self.w = h, w
        self.y, self.x = rng.uniform(0, h), rng.uniform(0, w)
        self.dy, self.dx = rng.uniform(-h / 10, h / 10), rng.uniform(-w / 10, w / 10)
        self.r = rng.uniform(0.5, 1.5) * size
        self.box = rng.random() < 0.5
        self.absent = rng.random(frames) < 0.25
        if rng.random() < 0.2:
            self.absent[rng.integers(frames):] = True

    def at(self, t, jitter=0.0, rng=None):
        y, x, r = self.y + t * self.dy, self.x + t * self.dx, self.r
        if jitter:
            y, x, r = y + rng.normal() * jitter * r, x + rng.normal() * jitter * r, r * rng.uniform(1 - jitter, 1 + jitter)
        if self.box:
            mask = np.zeros((self.h, self.w), bool)
            y0, x0 = max(0, int(y - r)), max(0, int(x - r))
            mask[y0:max(0, int(y + r)), x0:max(0, int(x + r))] = True
            return mask
        return disc(self.h, self.w, y, x, r)


# ---------------------------------------------------------------- YouTube-VIS

def ytvis_case(rng, number):
    h, w = [(30, 40), (270, 360)][number % 2]
    videos, annotations, results = [], [], []
    categories = [{"id": c, "name": "c%d" % c} for c in (3, 1, 7)]
    for v in range(rng.integers(1, 4)):
        frames = int(rng.integers(1, 7))
        video = int(10 - v)
        videos.append({"id": video, "width": w, "height": h, "length": frames, "file_names": ["%d/%d.jpg" % (video, t) for t in range(frames)]})
        for _ in range(rng.integers(0, 5)):
            walker = Walker(rng, h, w, frames, h / 4)
            category = int(rng.choice([1, 3, 7]))
            masks = [None if walker.absent[t] else walker.at(t) for t in range(frames)]
            if rng.random() < 0.1:
                masks = [None] * frames
            areas = [None if m is None else int(m.sum()) for m in masks]
            annotations.append({
                "id": len(annotations) + 1, "video_id": video, "category_id": category, "iscrowd": int(rng.random() < 0.15),
                "width": w, "height": h, "length": frames,
                "segmentations": [None if m is None else encoded(m) for m in masks],
                "areas": areas, "bboxes": [None if m is None else [0, 0, 1, 1] for m in masks]})
            for _ in range(rng.integers(0, 3)):
                jitter = float(rng.choice([0.0, 0.1, 0.3]))
                found = [None if rng.random() < 0.15 else (walker.at(t, jitter, rng) if not walker.absent[t] or rng.random() < 0.2 else np.zeros((h, w), bool))
                         for t in range(frames)]
                results.append({
                    "video_id": video, "category_id": category if rng.random() < 0.9 else int(rng.choice([1, 3, 7])),
                    "score": float(rng.choice([0.25, 0.5, 0.75, 0.9])) if rng.random() < 0.6 else float(rng.random()),
                    "segmentations": [None if m is None else encoded(m) for m in found]})
    rng.shuffle(results)
    if not results:
        return ytvis_case(rng, number)
    return {"videos": videos, "annotations": annotations, "categories": categories}, results


def ytvis():
    ytvos = module("ytvos", "cocoapi/PythonAPI/pycocotools/ytvos.py",
                   ("from . import mask as maskUtils", "from pycocotools import mask as maskUtils"),
                   ("import matplotlib.pyplot as plt", ""), ("from matplotlib.collections import PatchCollection", ""),
                   ("from matplotlib.patches import Polygon", ""))
    evaluation = module("ytvoseval", "cocoapi/PythonAPI/pycocotools/ytvoseval.py",
                        ("from . import mask as maskUtils", "from pycocotools import mask as maskUtils"),
                        ("np.round((0.95 - .5) / .05) + 1", "int(np.round((0.95 - .5) / .05)) + 1"),
                        ("np.round((1.00 - .0) / .01) + 1", "int(np.round((1.00 - .0) / .01)) + 1"))
    expected = []
    for number in range(10):
        rng = np.random.default_rng(100 + number)
        truth, results = ytvis_case(rng, number)
        write("ytvis-%d-gt.json" % number, truth)
        write("ytvis-%d-pred.json" % number, results)
        with redirect_stdout(io.StringIO()):
            gt = ytvos.YTVOS()
            gt.dataset = copy.deepcopy(truth)
            gt.createIndex()
            found = gt.loadRes(copy.deepcopy(results))
            run = evaluation.YTVOSeval(gt, found, "segm")
            run.evaluate()
            run.accumulate()
            run.summarize()
        expected.append(plain(run.stats))
    return expected


# ---------------------------------------------------------------- DAVIS

def davis_case(rng, number):
    h, w = int(rng.integers(20, 50)), int(rng.integers(20, 60))
    frames = int(rng.integers(5, 14))
    if number == 7:  # a disk of more than one pixel
        h, w, frames = 240, 320, 4
    objects = [Walker(rng, h, w, frames, h / 5) for _ in range(rng.integers(1, 4))]
    for o in objects:
        o.absent[0] = False
        o.y, o.x = rng.uniform(0.3, 0.7) * h, rng.uniform(0.2, 0.8) * w
    unsupervised = number % 2 == 1
    order = rng.permutation(len(objects)) + 1 if unsupervised else np.arange(len(objects)) + 1
    truth, found = [], []
    for t in range(frames):
        labels, guess = np.zeros((h, w), int), np.zeros((h, w), int)
        for i, o in enumerate(objects):
            if not o.absent[t]:
                labels[o.at(t)] = i + 1
            if rng.random() < 0.85 and (not o.absent[t] or rng.random() < 0.2):
                guess[o.at(t, 0.15, rng)] = order[i] + (2 if unsupervised and len(objects) < 3 else 0)
        if t == 0:
            for i in range(len(objects)):
                labels[i, :3] = i + 1
        else:
            labels[disc(h, w, rng.uniform(0, h), rng.uniform(0, w), 3)] = 255
        truth.append(labels)
        found.append(guess)
    return {"height": h, "width": w, "unsupervised": unsupervised, "truth": [runs(m) for m in truth], "found": [runs(m) for m in found]}, truth, found


def davis():
    sys.path.insert(0, os.path.join(REFERENCES, "davis2017-evaluation"))
    tqdm = types.ModuleType("tqdm")
    tqdm.tqdm = lambda x: x
    sys.modules["tqdm"] = tqdm
    from davis2017.evaluation import DAVISEvaluation
    from PIL import Image
    expected = []
    for number in range(8):
        rng = np.random.default_rng(200 + number)
        case, truth, found = davis_case(rng, number)
        write("davis-%d.json" % number, case)
        with tempfile.TemporaryDirectory() as folder:
            task = "unsupervised" if case["unsupervised"] else "semi-supervised"
            annotations = "Annotations_unsupervised" if case["unsupervised"] else "Annotations"
            sets = os.path.join(folder, "ImageSets", "2017")
            for path in (sets, os.path.join(folder, "JPEGImages", "480p", "a"), os.path.join(folder, annotations, "480p", "a"), os.path.join(folder, "results", "a")):
                os.makedirs(path)
            open(os.path.join(sets, "val.txt"), "w").write("a\n")
            for t, (a, b) in enumerate(zip(truth, found)):
                Image.fromarray(a.astype(np.uint8)).save(os.path.join(folder, annotations, "480p", "a", "%05d.png" % t))
                Image.fromarray(b.astype(np.uint8)).save(os.path.join(folder, "results", "a", "%05d.png" % t))
                Image.fromarray(np.zeros(a.shape, np.uint8)).save(os.path.join(folder, "JPEGImages", "480p", "a", "%05d.jpg" % t))
            result = DAVISEvaluation(davis_root=folder, task=task, gt_set="val").evaluate(os.path.join(folder, "results"))
        expected.append({m: {k: float(np.mean(result[m][k])) for k in "MRD"} for m in "JF"})
    return expected


# ---------------------------------------------------------------- panoptic videos

CATEGORIES = [{"id": 4, "name": "road", "isthing": 0}, {"id": 1, "name": "sky", "isthing": 0}, {"id": 9, "name": "dog", "isthing": 1},
              {"id": 2, "name": "cat", "isthing": 1}, {"id": 30, "name": "absent", "isthing": 1}]


def panoptic_case(rng, number):
    videos, truth, found, maps = [], [], [], {}
    for v in range(rng.integers(1, 4)):
        h, w, frames = int(rng.integers(16, 30)), int(rng.integers(16, 40)), int(rng.integers(2, 7))
        name = "v%d" % v
        walkers = [(Walker(rng, h, w, frames, h / 5), int(rng.choice([9, 2])), 1000 * (i + 1) + int(rng.integers(900))) for i in range(rng.integers(1, 5))]
        crowd = rng.random() < 0.5
        images, gt_frames, pred_frames = [], [], []
        swap = int(rng.integers(1, frames + 1)) if rng.random() < 0.5 else frames + 1
        for t in range(frames):
            a, b = np.zeros((h, w), int), np.zeros((h, w), int)
            a[h // 2:], a[:h // 3] = 11, 12
            b[h // 2 + rng.integers(-2, 3):], b[:h // 3 + rng.integers(-1, 2)] = 7, 8
            of_a, of_b = {11: (4, 0), 12: (1, 0)}, {7: 4, 8: 1}
            for i, (walker, category, ident) in enumerate(walkers):
                if not walker.absent[t]:
                    a[walker.at(t)] = ident
                    of_a[ident] = (category, 1 if crowd and i == 0 else 0)
                if rng.random() < 0.85:
                    j = (i + 1) % len(walkers) if t >= swap else i
                    b[walker.at(t, 0.1, rng)] = 200000 + j
                    of_b[200000 + j] = category if rng.random() < 0.9 else 9
            if rng.random() < 0.5:
                b[:, :2] = 0
            image = "%03d.png" % t
            images.append({"id": name + image, "file_name": image})
            gt_frames.append({"file_name": image, "segments_info": [
                {"id": i, "category_id": c, "iscrowd": k, "area": int((a == i).sum())} for i, (c, k) in of_a.items() if (a == i).any() or rng.random() < 0.3]})
            pred_frames.append({"file_name": image, "segments_info": [{"id": i, "category_id": c} for i, c in of_b.items() if (b == i).any()]})
            for s in pred_frames[-1]["segments_info"]:
                s["area"] = 0
            maps.setdefault(name, []).append({"height": h, "width": w, "truth": runs(a), "found": runs(b)})
        videos.append({"video_id": name, "images": images})
        truth.append({"video_id": name, "annotations": gt_frames})
        found.append({"video_id": name, "annotations": pred_frames})
    return {"videos": videos, "annotations": truth, "categories": CATEGORIES}, {"annotations": found}, maps


def image_of(case):
    flat = np.repeat(case[0::2], case[1::2])
    return flat


def panoptic():
    vps = module("eval_vpq", "vps/tools/eval_vpq.py")
    stq = module("stq", "deeplab2/evaluation/numpy/segmentation_and_tracking_quality.py", ("counts.astype(np.float32)", "counts.astype(np.float64)"))
    expected = []
    for number in range(8):
        rng = np.random.default_rng(300 + number)
        truth, found, maps = panoptic_case(rng, number)
        write("panoptic-%d-gt.json" % number, truth)
        write("panoptic-%d-pred.json" % number, found)
        write("panoptic-%d-maps.json" % number, maps)
        categories = {c["id"]: c for c in CATEGORIES}
        order = {c: i for i, c in enumerate(sorted(categories))}
        things = [order[c] for c in categories if categories[c]["isthing"]]
        metric = stq.STQuality(len(order), things, 255, 24, 2 ** 30)
        sets = []
        for v, (gt, pred) in enumerate(zip(truth["annotations"], found["annotations"])):
            frames = []
            for t, m in enumerate(maps[gt["video_id"]]):
                a = image_of(m["truth"]).reshape(m["height"], m["width"])
                b = image_of(m["found"]).reshape(m["height"], m["width"])
                colours = [np.stack([x & 255, x >> 8 & 255, x >> 16], -1).astype(np.uint8) for x in (a, b)]
                frames.append((gt["annotations"][t], pred["annotations"][t], colours[0], colours[1], None))
                full = [np.full(a.shape, 255 << 24, np.int64) for _ in range(2)]
                for s in gt["annotations"][t]["segments_info"]:
                    full[0][a == s["id"]] = (order[s["category_id"]] << 24) + (0 if s["iscrowd"] else s["id"])
                for s in pred["annotations"][t]["segments_info"]:
                    full[1][b == s["id"]] = (order[s["category_id"]] << 24) + s["id"]
                metric.update_state(full[0], full[1], v)
            sets.append(frames)
        quality = {}
        for k in (1, 2, 3, 4):
            stat = vps.PQStat()
            for frames in copy.deepcopy(sets):
                stat += vps.vpq_compute_single_core(frames, categories, nframes=k)
            quality[k] = {}
            for name, thing in (("All", None), ("Things", True), ("Stuff", False)):
                try:
                    quality[k][name] = stat.pq_average(categories, thing)[0]
                except ZeroDivisionError:
                    quality[k][name] = {"n": 0}
        result = metric.result()
        expected.append({"vpq": plain(quality), "stq": plain({k: result[k] for k in ("STQ", "AQ", "IoU", "STQ_per_seq", "AQ_per_seq", "IoU_per_seq")})})
    return expected


# ---------------------------------------------------------------- MOTS

def mots_frames(rng, walkers, h, w, t, swap):
    """Masks of a frame without overlap: truth and tracks."""
    free, truth = np.ones((h, w), bool), []
    for ident, category, walker in walkers:
        mask = walker.at(t) & free
        if not walker.absent[t] and mask.any():
            truth.append((ident, category, mask))
            free &= ~mask
    region = disc(h, w, h / 2, w / 3, h / 4) & free
    if t % 2 == 0 and region.any():
        truth.append((10000, 10, region))
    open_, found = np.ones((h, w), bool), []
    for i, (ident, category, walker) in enumerate(walkers):
        mask = walker.at(t, float(rng.choice([0, 0.1, 0.25])), rng) & open_
        if rng.random() < 0.8 and mask.any():
            j = walkers[(i + 1) % len(walkers)][0] if t >= swap else ident
            found.append((3 * j + 1, category, mask))
            open_ &= ~mask
    stray = disc(h, w, h / 2, w / 3, h / 5) & open_
    if rng.random() < 0.4 and stray.any():
        found.append((7777, int(rng.choice([1, 2])), stray))
    return truth, found


def lines(frames, first):
    out = []
    for t, masks in enumerate(frames):
        for ident, category, mask in masks:
            rle = encoded(mask)
            out.append("%d %d %d %d %d %s" % (t + first, ident, category, rle["size"][0], rle["size"][1], rle["counts"]))
    return out


FIELDS = {"clear": "CLR_TP CLR_FN CLR_FP IDSW MT PT ML Frag MOTA sMOTA MODA MOTP", "hota": "HOTA DetA AssA AssRe AssPr LocA HOTA_TP"}


def kept(family, values):
    return {name: plain(values[name]) for name in FIELDS[family].split()}


def mots():
    sys.path.insert(0, os.path.join(REFERENCES, "TrackEval"))
    from trackeval.datasets.kitti_mots import KittiMOTS
    from trackeval.metrics import CLEAR, HOTA
    expected = []
    for number in range(8):
        rng = np.random.default_rng(400 + number)
        case, lengths = {}, {}
        for s in range(rng.integers(1, 4)):
            h, w, frames = int(rng.integers(20, 40)), int(rng.integers(20, 50)), int(rng.integers(2, 12))
            walkers = []
            for i in range(rng.integers(1, 6)):
                category = int(rng.choice([1, 2]))
                walkers.append((category * 1000 + i, category, Walker(rng, h, w, frames, h / 5)))
            swap = int(rng.integers(1, frames + 1)) if rng.random() < 0.5 else frames + 1
            both = [mots_frames(rng, walkers, h, w, t, swap) for t in range(frames)]
            found = [b for _, b in both]
            if number == 3 and s == 0:
                found = [[] for _ in both]
            case["%04d" % s] = {"truth": lines([a for a, _ in both], 0), "found": lines(found, 0)}
            lengths["%04d" % s] = frames
        write("mots-%d.json" % number, case)
        with tempfile.TemporaryDirectory() as folder, redirect_stdout(io.StringIO()):
            os.makedirs(os.path.join(folder, "label_02"))
            os.makedirs(os.path.join(folder, "t", "x", "data"))
            for name, c in case.items():
                open(os.path.join(folder, "label_02", name + ".txt"), "w").write("".join(l + "\n" for l in c["truth"]))
                open(os.path.join(folder, "t", "x", "data", name + ".txt"), "w").write("".join(l + "\n" for l in c["found"]))
            data = KittiMOTS({"GT_FOLDER": folder, "TRACKERS_FOLDER": os.path.join(folder, "t"), "SEQ_INFO": lengths, "PRINT_CONFIG": False})
            classes = {}
            for category, name in ((1, "car"), (2, "pedestrian")):
                clear, hota = CLEAR({"PRINT_CONFIG": False}), HOTA()
                per = {"clear": {}, "hota": {}}
                for seq in case:
                    ready = data.get_preprocessed_seq_data(data.get_raw_seq_data("x", seq), name)
                    per["clear"][seq], per["hota"][seq] = clear.eval_sequence(ready), hota.eval_sequence(ready)
                sums = {"clear": clear.combine_sequences(per["clear"]), "hota": hota.combine_sequences(per["hota"])}
                classes[category] = {"all": {k: kept(k, v) for k, v in sums.items()},
                                     "sequences": {seq: {k: kept(k, per[k][seq]) for k in per} for seq in case}}
        expected.append(classes)
    return expected


def statistics():
    """DAVIS' mean, recall and decay of sequences of many lengths."""
    from davis2017 import utils
    rng = np.random.default_rng(7)
    out = []
    for n in list(range(1, 30)) + [60, 97, 104]:
        values = np.round(rng.random(n), 3)
        out.append({"values": plain(values), "expected": plain(utils.db_statistics(values))})
    return out


with redirect_stdout(sys.stderr):
    everything = {"ytvis": ytvis(), "davis": davis(), "panoptic": panoptic(), "mots": mots(), "statistics": statistics()}
write("expected.json", everything)
