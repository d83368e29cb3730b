"""Writes the checkpoint files beside this script with the tools whose formats Maskwright reads.

    python make_golden.py

Made with torch 2.15.0, numpy 2.4.6, safetensors 0.8.0. `golden.safetensors` holds the truth; every
other file must give the same tensors. The two hostile files must be refused by name.
"""
import collections
import json
import os
import pathlib
import pickle

import numpy as np
import torch
from safetensors.torch import save_file

here = pathlib.Path(__file__).parent
base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4) / 7 - 1

tensors = collections.OrderedDict()
tensors["z.float32"] = base.clone()
tensors["float16"] = base.to(torch.float16)
tensors["bfloat16"] = base.to(torch.bfloat16)
tensors["float64"] = base.to(torch.float64)
tensors["int64"] = torch.tensor([[1, -2], [1 << 40, 3]])
tensors["int32"] = torch.tensor([1, -2, 1 << 30], dtype=torch.int32)
tensors["int16"] = torch.tensor([1, -2, 1 << 14], dtype=torch.int16)
tensors["int8"] = torch.tensor([1, -2, 127], dtype=torch.int8)
tensors["uint8"] = torch.tensor([1, 255], dtype=torch.uint8)
tensors["bool"] = torch.tensor([True, False, True])
tensors["scalar"] = torch.tensor(5)
tensors["empty"] = torch.zeros(0, 3)
tensors["shared.row"] = base[1, 2]  # offset 20 into the storage of the next ones
tensors["shared.transposed"] = base.permute(2, 0, 1)
tensors["shared.step"] = base[:, ::2, 1::2]
tensors["shared.expanded"] = base[:1, :1, :].expand(2, 3, 4)
tensors["parameter"] = torch.nn.Parameter(base[0].clone())

save_file(
    {k: v.detach().clone().contiguous() for k, v in tensors.items()},
    here / "golden.safetensors",
    metadata={"format": "pt"},
)
torch.save({"model": tensors, "iteration": 5, "note": None}, here / "torch_zip.pth")
torch.save(tensors, here / "torch_legacy.pth", _use_new_zipfile_serialization=False)
torch.save(dict(tensors), here / "torch_bare_dict.pth")

# detectron2's model zoo: numpy arrays in a plain pickle (bfloat16 has no numpy type).
arrays = {k: v.detach().numpy() for k, v in tensors.items() if v.dtype != torch.bfloat16}
arrays["shared.transposed"] = np.asfortranarray(arrays["shared.transposed"])
arrays["int32"] = arrays["int32"].astype(">i4")
arrays["shared.row"] = arrays["shared.row"].astype(">f4")
for protocol in (0, 2, 4, 5):
    with open(here / f"detectron2_numpy_protocol{protocol}.pkl", "wb") as f:
        pickle.dump({"model": arrays, "__author__": "MaskwrightTests"}, f, protocol=protocol)
# detectron2's converted Swin files: torch tensors in a plain pickle.
with open(here / "detectron2_torch.pkl", "wb") as f:
    pickle.dump(
        {"model": dict(tensors), "__author__": "third_party", "matching_heuristics": True}, f
    )

# A sharded Hugging Face model.
names = list(tensors)
halves = {"model-00001-of-00002.safetensors": names[:9], "model-00002-of-00002.safetensors": names[9:]}
(here / "sharded").mkdir(exist_ok=True)
for file, part in halves.items():
    save_file({k: tensors[k].detach().clone().contiguous() for k in part}, here / "sharded" / file)
(here / "sharded" / "model.safetensors.index.json").write_text(
    json.dumps(
        {
            "metadata": {"total_size": 0},
            "weight_map": {k: file for file, part in halves.items() for k in part},
        }
    )
)


class Hostile:
    def __reduce__(self):
        return os.system, ("echo executed > executed.txt",)


with open(here / "hostile.pkl", "wb") as f:
    pickle.dump({"model": {"a": Hostile()}}, f, protocol=2)
torch.save({"model": {"a": Hostile()}}, here / "hostile.pth")
