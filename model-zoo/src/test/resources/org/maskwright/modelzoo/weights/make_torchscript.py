"""Writes torchscript.pt, an archive as OpenAI's of CLIP are, beside this script: modules in modules, parameters in half precision, a
buffer, and attributes that are no weights.

    python make_torchscript.py

Made with torch 2.15.0. `torchscript.safetensors` holds the truth.
"""
import pathlib
from typing import Dict, List

import torch
from safetensors.torch import save_file

here = pathlib.Path(__file__).parent


class Inner(torch.nn.Module):
    sizes: List[int]
    names: Dict[str, int]

    def __init__(self):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(3, 2, 2, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(2)
        self.proj = torch.nn.Parameter(torch.arange(6.0).reshape(2, 3))
        self.sizes = [1, 2]
        self.names = {"a": 1}

    def forward(self, x):
        return self.bn1(self.conv1(x)).mean((2, 3)) @ self.proj * self.sizes[0] * self.names["a"]


class Whole(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.visual = Inner()
        self.logit_scale = torch.nn.Parameter(torch.tensor(2.5))
        self.register_buffer("input_resolution", torch.tensor(224))

    def forward(self, x):
        return self.visual(x) * self.logit_scale.exp()


torch.manual_seed(1)
net = Whole().half().eval()
script = torch.jit.script(net)
script.save(str(here / "torchscript.pt"))
save_file({k: v.clone().contiguous() for k, v in net.state_dict().items()}, here / "torchscript.safetensors")
