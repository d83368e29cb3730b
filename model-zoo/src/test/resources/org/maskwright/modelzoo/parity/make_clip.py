"""Golden files of CLIP's image towers: transformers' CLIPVisionModelWithProjection, OpenCLIP's ModifiedResNet, and a ConvNeXt of timm
with the head of OpenCLIP's TimmModel, which takes published sizes alone.

Run:  pip install torch transformers timm open_clip_torch safetensors && python make_clip.py

Each file holds a small network of random weights under the names that its files have ("state." + name), pictures ("pixels"), where
they lie in the space of words ("pictures"), and the gradients of <pictures, cot> ("grad.pixels"; "grad." + name as three numbers: its
products with cos(0.37 n) and sin(0.59 n) and its L2 norm). cot is cos(0.37 n), n the position in the flattened tensor. Parameters are
rounded to bfloat16 before anything is computed, and stored so.

Where regions lie ("regions", of pictures "wide" and mask logits "masks") is computed as FC-CLIP (arXiv 2308.02487) does: masks resized
bilinearly and cut at 0; of a ConvNeXt the mean under the mask through its head; of a residual network its attention pooling, asked by
the mean of the whole map and answered by the places under the mask, positions resized bilinearly. "map.N" are the maps of "wide".
"""

import os
from collections import OrderedDict

import open_clip
import timm
import torch
import transformers as t
from open_clip.modified_resnet import ModifiedResNet
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
torch.use_deterministic_algorithms(True)


def cotangent(x):
    return torch.cos(0.37 * torch.arange(x.numel(), dtype=torch.float64)).float().reshape(x.shape)


def fingerprint(x):
    x = x.double().flatten()
    n = torch.arange(x.numel(), dtype=torch.float64)
    return torch.stack([(x * torch.cos(0.37 * n)).sum(), (x * torch.sin(0.59 * n)).sum(), x.norm()]).float()


def randomise(net):
    with torch.no_grad():
        for name, value in list(net.named_parameters()) + list(net.named_buffers()):
            if not value.is_floating_point():
                continue
            if "running_var" in name or value.dim() == 1 and ("norm" in name or "bn" in name or "ln" in name or "downsample.1" in name) and name.endswith("weight"):
                value.uniform_(0.5, 1.5)
            elif name.endswith("gamma"):
                value.uniform_(0.2, 0.8)
            elif value.dim() > 1:
                value.normal_(0, 0.4 if "pos" in name else 1.2 / value[0].numel() ** 0.5)
            else:
                value.normal_(0, 0.3)
            value.copy_(value.bfloat16().float())
    return net.eval()


def save(name, net, pixels, pictures, more, rename=lambda key: key):
    (pictures * cotangent(pictures)).sum().backward()
    out = {"state." + rename(k): (v.bfloat16() if v.is_floating_point() else v) for k, v in net.state_dict().items()}
    out |= {"pixels": pixels, "pictures": pictures, "grad.pixels": pixels.grad}
    out |= {"grad." + rename(k): fingerprint(p.grad) for k, p in net.named_parameters() if p.grad is not None}
    file = os.path.join(HERE, name + ".safetensors")
    save_file({k: v.detach().contiguous().clone() for k, v in (out | more).items()}, file,
              metadata={"torch": torch.__version__, "transformers": t.__version__, "open_clip": open_clip.__version__, "timm": timm.__version__})
    print(file, os.path.getsize(file), {k: tuple(v.shape) for k, v in out.items() if "." not in k})


def inside(masks, map):
    return (F.interpolate(masks, size=map.shape[-2:], mode="bilinear", align_corners=False) > 0).float()


def means(map, masks):
    m = inside(masks, map)
    return torch.einsum("bchw,bqhw->bqc", map, m / (m.sum((-1, -2), keepdim=True) + 1e-8))


torch.manual_seed(11)
vit = randomise(t.CLIPVisionModelWithProjection(t.CLIPVisionConfig(
    hidden_size=32, num_hidden_layers=2, num_attention_heads=2, image_size=12, patch_size=4, intermediate_size=48, projection_dim=10)))
pixels = torch.randn(2, 3, 20, 16, requires_grad=True)
small = torch.randn(1, 3, 12, 12)
with torch.no_grad():
    more = {"small": small, "small.pictures": vit(small).image_embeds}
save("clip-vit", vit, pixels, vit(pixels, interpolate_pos_encoding=True).image_embeds, more)

torch.manual_seed(12)
net = randomise(ModifiedResNet([2, 1, 1, 1], 10, 2, 64, 4))
pixels = torch.randn(1, 3, 64, 64, requires_grad=True)
wide, masks = torch.randn(2, 3, 64, 96), torch.randn(2, 3, 16, 24)
masks[:, 0, :, :12] += 3
masks[:, 1] = -1
masks[:, 2, 8:] += 2
with torch.no_grad():
    maps = net.forward_intermediates(wide, intermediates_only=True)["image_intermediates"][1:]
    b, c, h, w = maps[-1].shape
    pool = net.attnpool
    places = F.interpolate(pool.positional_embedding[1:].T.reshape(1, c, 2, 2), size=(h, w), mode="bilinear", align_corners=False)
    tokens = (maps[-1] + places).flatten(2).transpose(1, 2)
    query = maps[-1].mean((2, 3)) + pool.positional_embedding[0]
    m = inside(masks, maps[-1]).flatten(2)
    split = lambda x: x.reshape(b, -1, 2, c // 2).transpose(1, 2)
    logits = split(pool.q_proj(query[:, None])) @ split(pool.k_proj(tokens)).transpose(-1, -2) / (c // 2) ** 0.5
    weights = logits.expand(b, 2, 3, h * w).masked_fill(m[:, None] < 0.5, -torch.inf).softmax(-1)
    regions = pool.c_proj((weights @ split(pool.v_proj(tokens))).transpose(1, 2).reshape(b, 3, c))
    assert regions[:, 1].isnan().all() and not regions[:, ::2].isnan().any()
    regions[:, 1] = 0
save("clip-resnet", net, pixels, net(pixels), {"wide": wide, "masks": masks, "regions": regions, "covered": (m.sum(-1) > 0).float()}
     | {f"map.{i}": x for i, x in enumerate(maps)}, lambda key: "visual." + key)

for name, head in {"clip-convnext": OrderedDict(proj=nn.Linear(20, 10, bias=False)),
                   "clip-convnext-mlp": OrderedDict(mlp=timm.layers.Mlp(20, 14, 10, bias=(True, False)))}.items():
    torch.manual_seed(13)
    trunk = timm.models.ConvNeXt(depths=[1, 1, 2, 1], dims=[8, 12, 16, 20], num_classes=0)
    net = randomise(nn.ModuleDict({"trunk": trunk, "head": nn.Sequential(head)}))
    pixels = torch.randn(1, 3, 32, 64, requires_grad=True)
    wide, masks = torch.randn(1, 3, 64, 64), torch.randn(1, 2, 16, 16)
    masks[:, 0, :, :8] += 3
    with torch.no_grad():
        map = trunk.forward_features(wide)
        pooled = means(map, masks)
        regions = net["head"](trunk.head(pooled.reshape(-1, 20, 1, 1))).reshape(1, 2, 10)
    save(name, net, pixels, net["head"](trunk(pixels)), {"wide": wide, "masks": masks, "regions": regions, "map": map}, lambda key: "visual." + key)
