"""The simplest way from photographs to tracks: each object goes on with that of the next frame which overlaps it most.

    python benchmarks/swaps/iou_linking.py FOUND.json TRUTH.json OUT.json [--iou 0.5]

FOUND.json is COCO's instances of all frames with scores (predict FRAMES --task instance --format coco), TRUTH.json YouTube-VIS' annotations, which name the videos and
their frames; OUT.json receives YouTube-VIS' results, for score video --kind ytvis. In the order of their scores the objects of a frame are given to the track whose last
mask, of whatever frame, they overlap most, from --iou on, one to one; what is left begins a track. A track's score is the mean of its frames', its class that of the largest
sum of scores. (Python 3 alone.)
"""

import argparse
import collections
import json


def bitmap(runs, size):
    """COCO's compressed run lengths as an integer with a bit for each pixel."""
    counts, at = [], 0
    while at < len(runs):
        value, shift, more = 0, 0, True
        while more:
            byte = ord(runs[at]) - 48
            at += 1
            value |= (byte & 0x1F) << shift
            shift += 5
            more = bool(byte & 0x20)
            if not more and byte & 0x10:
                value |= -1 << shift
        counts.append(value + counts[-2] if len(counts) > 2 else value)
    bits, place = 0, 0
    for number, count in enumerate(counts):
        if number % 2:
            bits |= ((1 << count) - 1) << place
        place += count
    assert place == size[0] * size[1], runs
    return bits


def iou(a, b):
    union = bin(a | b).count("1")
    return bin(a & b).count("1") / union if union else 0.0


def tracks(frames, least):
    """Lists of (frame, object) of a video, whose frames are lists of objects."""
    out = []
    for frame, objects in enumerate(frames):
        free = list(out)
        for found in sorted(objects, key=lambda o: -o["score"]):
            best = max(free, key=lambda t: iou(t[-1][1]["bits"], found["bits"]), default=None)
            if best is not None and iou(best[-1][1]["bits"], found["bits"]) >= least:
                free.remove(best)
                best.append((frame, found))
            else:
                out.append([(frame, found)])
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("found")
    parser.add_argument("truth")
    parser.add_argument("out")
    parser.add_argument("--iou", type=float, default=0.5)
    a = parser.parse_args()
    with open(a.found) as file:
        found = json.load(file)
    with open(a.truth) as file:
        truth = json.load(file)
    names = {c["id"]: c["name"] for c in found["categories"]}
    ids = {c["name"]: c["id"] for c in truth["categories"]}
    images = {i["id"]: i["file_name"] for i in found["images"]}
    of_frame = collections.defaultdict(list)
    for o in found["annotations"]:
        o["bits"] = bitmap(o["segmentation"]["counts"], o["segmentation"]["size"])
        of_frame[images[o["image_id"]]].append(o)
    results = []
    for video in truth["videos"]:
        for track in tracks([of_frame[f] for f in video["file_names"]], a.iou):
            masks = [None] * video["length"]
            sums = collections.Counter()
            for frame, o in track:
                masks[frame] = o["segmentation"]
                sums[names[o["category_id"]]] += o["score"]
            score = sum(o["score"] for _, o in track) / len(track)
            kind = ids[sums.most_common(1)[0][0]]
            results.append({"video_id": video["id"], "category_id": kind, "score": score, "segmentations": masks})
    with open(a.out, "w") as file:
        json.dump(results, file)


main()
