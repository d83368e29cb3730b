#!/usr/bin/env python3
"""Times `maskwright score` beside the official evaluators on synthetic files in one run; the sides take turns, and take turns in going first.

    python benchmarks/score/compare.py --dir DIR [--images 5000] [--maps 1000] [--rounds 3]
                                       [--ours ./maskwright] [--only instances,panoptic,semantic] [--parts CLASSPATH]

Needs numpy, Pillow and pycocotools; faster-coco-eval, hotcoco, vernier and panopticapi (panopticapi-lite) are measured if they are
installed, vernier and panopticapi with as many threads and processes as cores. The confusion matrix is detectron2's formula (one bincount an image); reading the PNGs is part of every time, and is also measured alone as the floor. Prints for each task a
table of the median wall and processor time (the fairer one on a busy machine), peak resident memory (children included), and the
ratios to ours, and writes DIR/compare-TASK.json. With --parts (`mvn dependency:build-classpath -pl benchmarks` and benchmarks' own classes)
also decoding alone and counting alone, the maps in memory, on one core of each side. It fails where the first number of two sides differs by more than 1e-9.
"""
import argparse, contextlib, importlib.util, io, json, os, pathlib, shutil, statistics, subprocess, sys, time

import numpy as np


def make_instances(folder, images):
    from pycocotools import mask as M
    gt_file, dt_file = f"{folder}/gt-{images}.json", f"{folder}/dt-{images}.json"
    if os.path.exists(dt_file):
        return gt_file, dt_file
    rng = np.random.default_rng(1)
    h, w = 480, 640

    def polygon(cx, cy, r, n=24):
        angle = np.sort(rng.uniform(0, 2 * np.pi, n))
        radius = r * rng.uniform(0.9, 1.1, n)
        xy = np.stack([cx + radius * np.cos(angle), cy + radius * np.sin(angle)], 1)
        return np.round(xy.clip(0, [w, h]), 2).ravel().tolist()

    def shape(cx, cy, r):
        p = polygon(cx, cy, r)
        rle = M.frPyObjects([p], h, w)[0]
        return p, dict(size=[h, w], counts=rle["counts"].decode()), float(M.area(rle)), M.toBbox(rle).tolist()

    # A pool of shapes, each with two predictions of it: drawing half a million polygons would take minutes.
    pool = []
    for _ in range(6000):
        cx, cy, r = rng.uniform(0, w), rng.uniform(0, h), rng.uniform(6, 120)
        near = [shape(cx + rng.normal(0, r / 10), cy + rng.normal(0, r / 10), r * rng.uniform(0.85, 1.15)) for _ in range(2)]
        pool.append((shape(cx, cy, r), [n[1] for n in near]))
    gts, dts = [], []
    for image in range(1, images + 1):
        truths = []
        for _ in range(rng.integers(1, 14)):
            k, category = int(rng.integers(len(pool))), int(rng.integers(1, 81))
            truths.append((k, category))
            p, _, area, box = pool[k][0]
            gts.append(dict(id=len(gts) + 1, image_id=image, category_id=category, iscrowd=int(rng.random() < 0.01), segmentation=[p],
                            area=area, bbox=box))
        hits, scores = rng.random(100) < 0.3, rng.random(100).round(6).tolist()
        for hit, score in zip(hits, scores):
            k, category = truths[rng.integers(len(truths))] if hit else (int(rng.integers(len(pool))), int(rng.integers(1, 81)))
            dts.append(dict(image_id=image, category_id=category, score=score, segmentation=pool[k][1][int(rng.integers(2))]))
    write(gt_file, dict(images=[dict(id=i, height=h, width=w) for i in range(1, images + 1)],
                        categories=[dict(id=i, name=str(i)) for i in range(1, 81)], annotations=gts))
    write(dt_file, dts)
    return gt_file, dt_file


def with_boxes(results):
    """The same results with a box each: vernier takes none without. AP of masks does not look at them."""
    file = results.replace(".json", "-boxes.json")
    if not os.path.exists(file):
        from pycocotools import mask as M
        found = json.load(open(results))
        for result, box in zip(found, M.toBbox([r["segmentation"] for r in found]).tolist()):
            result["bbox"] = box
        write(file, found)
    return file


def write(file, value):
    """A file that is there only when it is whole."""
    with open(file + ".part", "w") as part:
        json.dump(value, part)
    os.replace(file + ".part", file)


def make_maps(folder, maps, kind):
    from PIL import Image
    root = f"{folder}/{kind}-{maps}"
    if os.path.exists(root + "/done"):
        return root
    rng = np.random.default_rng(2)
    h, w, classes = (480, 640, 133) if kind == "panoptic" else (512, 683, 150)
    shutil.rmtree(root, ignore_errors=True)
    os.makedirs(root + "/gt"), os.makedirs(root + "/pred")
    yy, xx = np.mgrid[:h, :w]
    sides = dict(gt=[], pred=[])
    for i in range(maps):
        n = 14
        cx, cy, s = rng.uniform(0, w, n), rng.uniform(0, h, n), rng.uniform(0.7, 1.4, n)
        ids = rng.choice(2 ** 24 - 1, n, replace=False) + 1
        labels = rng.choice(classes, n, replace=False)
        for side in ("gt", "pred"):
            jx, jy = (0, 0) if side == "gt" else (rng.normal(0, 6, n), rng.normal(0, 6, n))
            wave = 9 * np.sin(yy / 11.0 + i) + 7 * np.sin(xx / 7.0)
            region = np.argmin([((xx + wave - a) ** 2 + (yy + wave - b) ** 2) * c for a, b, c in zip(cx + jx, cy + jy, s)], 0)
            name = f"{i:06d}.png"
            if kind == "semantic":
                Image.fromarray(labels[region].astype(np.uint8)).save(f"{root}/{side}/{name}")
                continue
            found, counts = np.unique(region, return_counts=True)
            ident = ids[region]
            Image.fromarray(np.stack([ident % 256, ident // 256 % 256, ident // 65536], -1).astype(np.uint8)).save(f"{root}/{side}/{name}")
            sides[side].append(dict(image_id=i, file_name=name, segments_info=[
                dict(id=int(ids[k]), category_id=int(labels[k]) + 1, iscrowd=0, area=int(c)) for k, c in zip(found, counts)]))
    if kind == "panoptic":
        categories = [dict(id=k + 1, name=str(k), isthing=int(k < 80)) for k in range(classes)]
        for side in ("gt", "pred"):
            json.dump(dict(categories=categories, annotations=sides[side]), open(f"{root}/{side}.json", "w"))
    open(root + "/done", "w").close()
    return root


def peer(name, args):
    if name in ("pycocotools", "faster_coco_eval", "hotcoco"):
        if name == "pycocotools":
            from pycocotools.coco import COCO
            from pycocotools.cocoeval import COCOeval
        elif name == "hotcoco":
            from hotcoco import COCO, COCOeval
        else:
            from faster_coco_eval import COCO, COCOeval_faster as COCOeval
        gt = COCO(args[0])
        e = COCOeval(gt, gt.loadRes(args[1]), "segm")
        e.evaluate(), e.accumulate(), e.summarize()
        return float(e.stats[0])
    if name == "vernier":
        from vernier.instance import CocoDataset, Evaluator, Segm
        gt, dt = (pathlib.Path(file).read_bytes() for file in args)
        summary = Evaluator(iou=Segm(), parity_mode="strict").evaluate(CocoDataset.from_json(gt), dt, num_threads=os.cpu_count())
        return float(summary.stats[0])
    root = args[0]
    if name in ("decode", "count"):
        return part(name, *args)
    if name == "panopticapi":
        from panopticapi.evaluation import pq_compute
        with contextlib.redirect_stdout(io.StringIO()):
            return float(pq_compute(root + "/gt.json", root + "/pred.json", root + "/gt", root + "/pred")["All"]["pq"])
    from PIL import Image
    if name == "read-png":
        for side in ("gt", "pred"):
            for f in os.listdir(f"{root}/{side}"):
                np.array(Image.open(f"{root}/{side}/{f}"))
        return 0.0
    return confusion_miou((np.array(Image.open(f"{root}/gt/{f}"), dtype=np.int64), np.array(Image.open(f"{root}/pred/{f}"), dtype=np.int64))
                          for f in sorted(os.listdir(f"{root}/gt")))


def confusion_miou(pairs, k=150):
    conf = np.zeros((k + 1, k + 1), dtype=np.int64)
    for g, p in pairs:
        g[g == 255] = k
        conf += np.bincount((k + 1) * p.reshape(-1) + g.reshape(-1), minlength=conf.size).reshape(conf.shape)
    tp, truth, found = conf.diagonal()[:-1], conf[:-1, :-1].sum(0), conf[:-1, :-1].sum(1)
    return float(np.mean((tp / np.maximum(1, truth + found - tp))[truth > 0]))


def part(name, root, task, maps, rounds):
    """Processor seconds of decoding the PNGs alone, or of counting maps in memory alone, on one core; a line of JSON for each round."""
    from PIL import Image
    names = sorted(os.listdir(root + "/gt"))[:int(maps)]

    def read(side, name, dtype=None):
        return np.array(Image.open(f"{root}/{side}/{name}"), dtype=dtype)

    if name == "decode":
        def once():
            for f in names:
                read("gt", f), read("pred", f)
            return 0.0
    elif task == "semantic":
        pairs = [(read("gt", f, np.int64), read("pred", f, np.int64)) for f in names]

        def once():
            return confusion_miou(pairs)
    else:
        import types
        from panopticapi import evaluation
        annotations = [json.load(open(f"{root}/{side}.json")) for side in ("gt", "pred")]
        found = {a["image_id"]: a for a in annotations[1]["annotations"]}
        pairs = [(a, found[a["image_id"]]) for a in annotations[0]["annotations"] if a["file_name"] in names]
        categories = {c["id"]: c for c in annotations[0]["categories"]}
        pixels = {f"{root}/{side}/{f}": read(side, f, np.uint8) for side in ("gt", "pred") for f in names}
        evaluation.Image = types.SimpleNamespace(open=lambda path: pixels[path])  # its own loop, with the files in memory

        def once():
            # It deletes the ids it has seen from copies it makes itself, and writes areas into the predictions.
            with contextlib.redirect_stdout(io.StringIO()):
                stat = evaluation.pq_compute_single_core(0, pairs, root + "/gt", root + "/pred", categories)
                return float(stat.pq_average(categories, isthing=None)[0]["pq"])

    for _ in range(int(rounds)):
        start = time.process_time()
        result = once()
        print(json.dumps(dict(seconds=time.process_time() - start, result=result)))
    return 0.0


def compare_parts(task, root, ours, python, maps, rounds):
    """Counting alone and decoding alone on both sides, one core each, the best of the rounds; and how far the whole is from decoding."""
    rows = {}
    for kind in ("decode", "count"):
        for side, command in (("ours", ours + [kind, task, root, str(maps), str(rounds)]),
                              ("python", python(kind, root, task, str(maps), str(rounds)))):
            text = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
            lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
            rows[kind, side] = min(line["seconds"] for line in lines) / maps * 1e3, lines[-1]["result"]
    if abs(rows["count", "ours"][1] - rows["count", "python"][1]) > 1e-9:
        raise SystemExit(f"{task}: counting alone: {rows['count', 'python'][1]} and {rows['count', 'ours'][1]} disagree")
    print(f"\n| {task}, cpu ms a pair of maps, 1 core | maskwright | python | python / ours |\n|---|---|---|---|")
    for kind, label in (("decode", "decoding the PNGs alone (Pillow)"), ("count", "counting alone")):
        a, b = rows[kind, "ours"][0], rows[kind, "python"][0]
        print(f"| {label} | {a:.3f} | {b:.3f} | {b / a:.1f} |")
    a, b = (rows["decode", s][0] + rows["count", s][0] for s in ("ours", "python"))
    print(f"| both | {a:.3f} | {b:.3f} | {b / a:.1f} |")
    print(f"| both / decoding alone: distance to the floor | {a / rows['decode', 'ours'][0]:.2f} | {b / rows['decode', 'python'][0]:.2f} | |",
          flush=True)


def run(command):
    """Wall seconds, processor seconds, peak MiB of the process and its children together, standard output."""
    start, before = time.time(), os.times()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    peak = 0
    while process.poll() is None:
        peak = max(peak, tree_rss(process.pid))
        time.sleep(0.02)
    if process.returncode:
        raise SystemExit(f"failed: {' '.join(command)}")
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return time.time() - start, cpu, peak, process.stdout.read()


def tree_rss(pid):
    total, todo = 0, [pid]
    while todo:
        p = todo.pop()
        try:
            for line in open(f"/proc/{p}/status"):
                if line.startswith("VmRSS"):
                    total += int(line.split()[1]) / 1024
            todo += [int(c) for c in open(f"/proc/{p}/task/{p}/children").read().split()]
        except OSError:
            pass
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dir", required=True)
    parser.add_argument("--images", type=int, default=5000)
    parser.add_argument("--maps", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ours", default="./maskwright")
    parser.add_argument("--only", default="instances,panoptic,semantic")
    parser.add_argument("--parts", metavar="CLASSPATH",
                        help="also measure decoding alone and counting alone; the class path of benchmarks and what it needs")
    parser.add_argument("--parts-maps", type=int, default=100)
    parser.add_argument("--peer", nargs="+", help=argparse.SUPPRESS)
    a = parser.parse_args()
    if a.peer:
        print("RESULT", peer(a.peer[0], a.peer[1:]))
        return
    os.makedirs(a.dir, exist_ok=True)
    out = f"{a.dir}/ours.json"

    def python(*args):
        return [sys.executable, __file__, "--dir", a.dir, "--peer", *args]

    for task in a.only.split(","):
        if task == "instances":
            gt, dt = make_instances(a.dir, a.images)
            sides = {"ours": a.ours.split() + ["score", "instances", "--gt", gt, "--pred", dt, "--json", out],
                     "pycocotools": python("pycocotools", gt, dt)}
            for name in ("faster_coco_eval", "hotcoco", "vernier"):
                if importlib.util.find_spec(name):
                    sides[name] = python(name, gt, with_boxes(dt) if name == "vernier" else dt)
        else:
            root = make_maps(a.dir, a.maps, task)
            folders = ["--gt-dir", root + "/gt", "--pred-dir", root + "/pred"]
            if task == "panoptic":
                sides = {"ours": a.ours.split() + ["score", "panoptic", "--gt", root + "/gt.json", "--pred", root + "/pred.json",
                                                   *folders, "--json", out]}
                if importlib.util.find_spec("panopticapi"):
                    sides["panopticapi"] = python("panopticapi", root)
            else:
                sides = {"ours": a.ours.split() + ["score", "semantic", *folders, "--classes", "150", "--json", out],
                         "detectron2's bincount": python("bincount", root)}
            sides["reading the PNGs with Pillow, 1 core"] = python("read-png", root)
        times, cpus, peaks = {s: [] for s in sides}, {s: [] for s in sides}, {s: 0 for s in sides}
        values = {}
        for i in range(a.rounds):
            for side in list(sides)[::-1 if i % 2 else 1]:
                wall, cpu, peak, text = run(sides[side])
                times[side].append(wall)
                cpus[side].append(cpu)
                peaks[side] = max(peaks[side], peak)
                if side == "ours":
                    result = json.load(open(out))
                    values[side] = result.get("AP", result.get("mIoU", result.get("All", {}).get("pq")))
                else:
                    values[side] = float(text.split("RESULT")[1])
        report(task, times, cpus, peaks, values, f"{a.dir}/compare-{task}.json")
        if a.parts and task != "instances":
            java = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "../java.sh"), "-Xmx4g", "-cp", a.parts,
                    "org.maskwright.benchmarks.score.ScoreParts"]
            compare_parts(task, root, java, python, min(a.parts_maps, a.maps), 5)


def report(task, times, cpus, peaks, values, file):
    ours = statistics.median(times["ours"]), statistics.median(cpus["ours"]), peaks["ours"]
    print(f"| {task} | wall s | cpu s | peak MiB | wall / ours | cpu / ours | memory / ours | result |\n|---|---|---|---|---|---|---|---|")
    rows = []
    for side in times:
        row = statistics.median(times[side]), statistics.median(cpus[side]), peaks[side]
        print(f"| {side} | {row[0]:.2f} | {row[1]:.2f} | {row[2]:.0f} | {row[0] / ours[0]:.1f} | {row[1] / ours[1]:.1f} | "
              f"{row[2] / ours[2]:.1f} | {values[side]:.15f} |", flush=True)
        rows.append(dict(side=side, wall=times[side], cpu=cpus[side], peak_mib=row[2], result=values[side]))
    with open(file, "w") as target:
        json.dump(rows, target, indent=1)
    wrong = [side for side in values if not side.startswith("reading") and abs(values[side] - values["ours"]) > 1e-9]
    if wrong:
        raise SystemExit(f"{task}: {', '.join(wrong)} and maskwright disagree")


if __name__ == "__main__":
    main()
