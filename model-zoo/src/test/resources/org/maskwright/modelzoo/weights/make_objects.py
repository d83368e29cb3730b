"""Writes checkpoints that hold objects beside or among their weights, with the tools that make such files.

    python make_objects.py

Made with torch 2.15.0, numpy 2.4.6. objects_safe.pth (zip and legacy) hold what torch.load(weights_only=True) reads;
objects_unknown.pth holds objects of classes it does not know, beside the weights; objects_inside.pth holds one in a
weight's place. The weights are those of golden.safetensors that begin with "z.". objects_wide.pth holds tensors of
types that no model of Maskwright has, among the weights, and real ones rebuilt in the same way.
"""
import argparse
import functools
import pathlib

import numpy as np
import torch

here = pathlib.Path(__file__).parent
base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4) / 7 - 1
weights = {"z.float32": base.clone()}

safe = {
    "device": torch.device("cpu"),
    "dtype": torch.bfloat16,
    "set": {1, "a"},
    "complex": 1 + 2j,
    "bytearray": bytearray(b"abc"),
    "bytes": b"abc",
    "layout": torch.strided,
    "sparse": torch.eye(3).to_sparse(),
    "complex tensor": torch.ones(2, dtype=torch.complex64),
    "quantised": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8),
    "meta": torch.empty(2, device="meta"),
    "size": torch.Size([1, 2]),
    "nested": [{torch.float32: None, None: [torch.int8, {2.5: (1,)}]}],
}
typed = {"uint16": torch.ones(3, dtype=torch.uint16), "float8": torch.ones(3, dtype=torch.float8_e4m3fn)}
unknown = {
    "args": argparse.Namespace(lr=0.1, out=pathlib.PurePosixPath("x"), norm=functools.partial(torch.nn.LayerNorm, eps=1e-6)),
    "numpy scalar": np.float64(3.5),
    "numpy type": np.float32,
    "frozenset": frozenset({1}),
    "generator": np.random.default_rng(0),
    "range": range(3),
}
torch.save({"model": weights, **safe, **typed}, here / "objects_safe.pth")
torch.load(here / "objects_safe.pth", weights_only=True)
torch.save({"model": weights, **safe}, here / "objects_safe_legacy.pth", _use_new_zipfile_serialization=False)
torch.load(here / "objects_safe_legacy.pth", weights_only=True)
torch.save({"state_dict": weights, **unknown}, here / "objects_unknown.pth")
torch.save({**weights, "hyper": unknown["args"], "epoch": 3}, here / "objects_flat.pth", pickle_protocol=4)
torch.save({"model": {**weights, "odd": torch.eye(3).to_sparse()}}, here / "objects_inside.pth")
torch.save({**weights, "odd": torch.ones(3, dtype=torch.uint16)}, here / "objects_wide.pth")
torch.serialization.set_crc32_options(False)
torch.save({"model": weights}, here / "no_checksums.pth")
