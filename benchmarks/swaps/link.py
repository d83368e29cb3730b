#!/usr/bin/env python3
"""Joins the objects that an image model found frame by frame to tracks, by overlap with the last sighting alone.

    link.py INSTANCES.json DETECTIONS.json TRACKS.json

INSTANCES.json is YouTube-VIS' annotation, DETECTIONS.json COCO's results with the frames' file names as image ids (eval --out), TRACKS.json is written:
YouTube-VIS' results. Frame by frame each of the ten surest detections is joined to the track of its class whose last mask overlaps it most (IoU of at least
0.1, the surest first, one to one); the rest begin tracks. A track that is not seen in a frame keeps its last mask. Its score is the mean over the frames.
"""
import json
import sys

from pycocotools import mask as masks

LEAST_IOU = 0.1
MOST = 10


def main(instances, detections, out):
    videos = json.load(open(instances))["videos"]
    found = {}
    for d in json.load(open(detections)):
        found.setdefault(d["image_id"], []).append(d)
    results = []
    for video in videos:
        tracks = []
        for t, name in enumerate(video["file_names"]):
            taken = set()
            for d in sorted(found.get(name, []), key=lambda d: -d["score"])[:MOST]:
                best, best_iou = None, LEAST_IOU
                for i, track in enumerate(tracks):
                    if i in taken or track["category_id"] != d["category_id"]:
                        continue
                    iou = masks.iou([d["segmentation"]], [track["last"]], [0])[0][0]
                    if iou >= best_iou:
                        best, best_iou = i, iou
                if best is None:
                    best = len(tracks)
                    tracks.append({"category_id": d["category_id"], "scores": [], "masks": [None] * video["length"]})
                taken.add(best)
                track = tracks[best]
                track["last"] = d["segmentation"]
                track["masks"][t] = d["segmentation"]
                track["scores"].append(d["score"])
        for track in tracks:
            results.append({
                "video_id": video["id"],
                "category_id": track["category_id"],
                "score": sum(track["scores"]) / video["length"],
                "segmentations": track["masks"],
            })
    json.dump(results, open(out, "w"))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
