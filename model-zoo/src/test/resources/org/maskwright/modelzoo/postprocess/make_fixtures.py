"""Golden files: the official post-processing rules, written as tensor expressions on full-size masks, and Hugging Face's own functions.

Maps are uint8, masks one bit a pixel. Hugging Face takes its instances by an unsorted topk, whose order decides which of two overlapping
masks lies on top and is not the same on all machines; here it is made to sort.

Run:  python make_fixtures.py
"""

import os
from types import SimpleNamespace

import numpy
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from transformers.models.mask2former.image_processing_mask2former import Mask2FormerImageProcessor
from transformers.models.maskformer.image_processing_maskformer import MaskFormerImageProcessor

HERE = os.path.dirname(os.path.abspath(__file__))
Q, K, THINGS = 12, 6, 4


def resize(x, size):
    return F.interpolate(x[None], size=size, mode="bilinear", align_corners=False)[0]


def semantic(cls, masks):
    return torch.einsum("qk,qhw->khw", cls.softmax(-1)[:, :-1], masks.sigmoid())


def instance(cls, masks, top_k):
    scores = cls.softmax(-1)[:, :-1].flatten()
    value, index = scores.topk(top_k, sorted=True)
    query, label = index // K, index % K
    keep = label < THINGS
    value, query, label = value[keep], query[keep], label[keep]
    m = masks[query]
    binary = (m > 0).float()
    mean = (m.sigmoid() * binary).flatten(1).sum(1) / (binary.flatten(1).sum(1) + 1e-6)
    return label, value * mean, binary.bool()


def panoptic(cls, masks, intersect, object_threshold=0.8, overlap_threshold=0.8):
    scores, labels = cls.softmax(-1).max(-1)
    keep = (labels != K) & (scores > object_threshold)
    ids = torch.zeros(masks.shape[1:], dtype=torch.int32)
    segments, stuff = [], {}
    prob = masks[keep].sigmoid()
    if prob.shape[0] == 0:
        return ids, segments
    winner = (scores[keep].view(-1, 1, 1) * prob).argmax(0)
    for k, label in enumerate(labels[keep].tolist()):
        won = winner == k
        sure = prob[k] >= 0.5
        region = won & sure if intersect else won
        if won.sum() == 0 or sure.sum() == 0 or region.sum() == 0 or won.sum().item() / sure.sum().item() < overlap_threshold:
            continue
        if label >= THINGS and label in stuff:
            ids[region] = stuff[label]
            continue
        segments.append((len(segments) + 1, label, int(label < THINGS)))
        ids[region] = len(segments)
        if label >= THINGS:
            stuff[label] = len(segments)
    return ids, segments


def hugging_face(cls, masks, original):
    outputs = SimpleNamespace(class_queries_logits=cls[None], masks_queries_logits=masks[None])
    topk = torch.Tensor.topk
    torch.Tensor.topk = lambda self, k, sorted=True: topk(self, k, sorted=True)
    saved = {}
    for name, processor in (("mask2former", Mask2FormerImageProcessor), ("maskformer", MaskFormerImageProcessor)):
        processor = processor()
        found = processor.post_process_instance_segmentation(outputs, threshold=0.3, target_sizes=[original])[0]
        saved[f"hf.instance.{name}"] = (found["segmentation"] + 1).to(torch.uint8)
        saved[f"hf.instance.label.{name}"] = torch.tensor([s["label_id"] for s in found["segments_info"]], dtype=torch.int32)
        saved[f"hf.instance.score.{name}"] = torch.tensor([s["score"] for s in found["segments_info"]])
        found = processor.post_process_panoptic_segmentation(outputs, target_sizes=[original], label_ids_to_fuse=set())[0]
        saved[f"hf.panoptic.{name}"] = found["segmentation"].to(torch.uint8)
        saved[f"hf.panoptic.label.{name}"] = torch.tensor([s["label_id"] for s in found["segments_info"]], dtype=torch.int32)
        semantic = processor.post_process_semantic_segmentation(outputs, target_sizes=[original])[0]
        saved[f"hf.semantic.{name}"] = semantic.to(torch.uint8)
    torch.Tensor.topk = topk
    return saved


def make(name, seed, mask, padded, content, original):
    torch.manual_seed(seed)
    cls = torch.randn(Q, K + 1)
    cls[torch.arange(Q), torch.tensor([0, 1, 4, 4, 2, 5, 6, 3, 0, 5, 6, 1])] += 6.0
    h, w = mask
    y, x = torch.meshgrid(torch.arange(h) / h, torch.arange(w) / w, indexing="ij")
    angle = torch.arange(Q) * 2.4
    cy, cx = 0.45 + 0.3 * torch.sin(angle), 0.45 + 0.3 * torch.cos(angle)
    far = ((y - cy.view(-1, 1, 1)) ** 2 + (x - cx.view(-1, 1, 1)) ** 2).sqrt()
    masks = (torch.rand(Q, 1, 1) * 0.1 + 0.13 - far) * 40 + torch.randn(Q, *mask) * 0.5
    at_input = resize(masks, padded)[:, : content[0], : content[1]]
    full = resize(at_input, original)
    label, score, binary = instance(cls, full, 20)
    saved = {"class": cls, "mask": masks, "sizes": torch.tensor([*padded, *content, *original], dtype=torch.int32)}
    saved["semantic.after"] = semantic(cls, full).argmax(0).to(torch.uint8)
    saved["semantic.before"] = resize(semantic(cls, at_input), original).argmax(0).to(torch.uint8)
    saved["instance.label"], saved["instance.score"] = label.int(), score
    saved["instance.mask"] = torch.from_numpy(numpy.packbits(binary.flatten(1).numpy(), axis=1))
    for rule, intersect in (("mask2former", True), ("maskformer", False)):
        ids, segments = panoptic(cls, full, intersect)
        saved[f"panoptic.{rule}"] = ids.to(torch.uint8)
        saved[f"segments.{rule}"] = torch.tensor(segments, dtype=torch.int32).reshape(-1, 3)
    saved.update(hugging_face(cls, masks, original))
    save_file({k: v.contiguous() for k, v in saved.items()}, os.path.join(HERE, name + ".safetensors"))
    print(name, segments, score.tolist()[:3])


if __name__ == "__main__":
    make("larger", 7, (20, 28), (80, 112), (75, 101), (121, 163))
    make("smaller", 8, (24, 24), (96, 96), (96, 70), (61, 45))
