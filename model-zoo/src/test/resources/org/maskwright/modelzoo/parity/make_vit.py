"""Golden files of plain transformers, EoMT and ConvNeXt: those of Hugging Face Transformers as references.

Run:  pip install torch transformers timm safetensors && python make_vit.py

Each file holds a small network of random weights under the names that save_pretrained gives them ("state." + name), the input
("pixels"), the tokens behind the last block ("tokens", before the final normalisation) and after it ("normalised"; of Segment
Anything the neck's map as "features"), and the gradients of <last, cot> ("grad.pixels"; "grad." + name as three numbers: its
products with cos(0.37 n) and sin(0.59 n) and its L2 norm). cot is cos(0.37 n), n the position in the flattened tensor.
Parameters are rounded to bfloat16 before anything is computed, and stored so. Images are larger than the table of positions and not
square wherever the reference takes such.

vit-qk-norm is timm's VisionTransformer, for no model of Transformers has its switch.

EoMT's hold what it says before each block with queries and behind the last ("masked.N.classes", "masked.N.masks"), where all queries
attend within their masks, and its last word without masks ("open.*"); gradients are of all of the former.

vit-refit holds kernels of patches and a table of positions, and what timm makes of them for other patches and grids; vit-resampling a table [1,5,5,4] and what torch.nn.functional.interpolate makes of it for DINOv2's official code (scale factors
with an offset of 0.1), and vit-pyramid the four maps of a simple feature pyramid put together of torch's own layers in the order of
detectron2's SimpleFeaturePyramid.
"""

import os
import tempfile

import timm
import torch
import transformers as t
from safetensors.torch import load_file, save_file
from torch import nn

HERE = os.path.dirname(os.path.abspath(__file__))
COMMON = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, image_size=12, patch_size=4)
torch.use_deterministic_algorithms(True)


def cotangent(x):
    return torch.cos(0.37 * torch.arange(x.numel(), dtype=torch.float64)).float().reshape(x.shape)


def fingerprint(x):
    x = x.double().flatten()
    n = torch.arange(x.numel(), dtype=torch.float64)
    return torch.stack([(x * torch.cos(0.37 * n)).sum(), (x * torch.sin(0.59 * n)).sum(), x.norm()]).float()


def randomise(net):
    with torch.no_grad():
        for name, value in net.named_parameters():
            if value.dim() == 1 and ("norm" in name or "ln" in name) and name.endswith("weight"):
                value.uniform_(0.5, 1.5)
            elif "lambda1" in name or "layer_scale" in name:
                value.uniform_(0.2, 0.8)
            elif value.dim() > 1 and value.shape[-1] > 2:
                value.normal_(0, 1.2 / value[0].numel() ** 0.5 if value.dim() in (2, 4) and "pos" not in name else 0.4)
            else:
                value.normal_(0, 0.3)
            value.copy_(value.bfloat16().float())


def names(net):
    if not hasattr(net, "save_pretrained"):
        return {k: v.clone() for k, v in net.state_dict().items()}
    return saved(net)


def saved(net):
    """The name in files of each parameter: found by value, for releases rename some on saving."""
    with tempfile.TemporaryDirectory() as folder:
        net.save_pretrained(folder)
        return load_file(os.path.join(folder, "model.safetensors"))


def gradients(net):
    """Those of the parameters under their names in files: what save_pretrained makes of a network with gradients for weights."""
    with torch.no_grad():
        used = {n: p.grad is not None for n, p in net.named_parameters()}
        for p in net.parameters():
            p.copy_(torch.full_like(p, float("nan")) if p.grad is None else p.grad)
    assert any(used.values())
    buffers = dict(net.named_buffers())
    return {k: v for k, v in names(net).items() if k not in buffers and not torch.isnan(v).any()}


def make(name, net, run, height=20, width=16, batch=2):
    torch.manual_seed(11)
    randomise(net)
    net.eval()
    out = {"state." + k: v.bfloat16() for k, v in names(net).items()}
    pixels = torch.randn(batch, 3, height, width, requires_grad=True)
    results = run(net, pixels)
    last = list(results.values())[-1]
    (last * cotangent(last)).sum().backward()
    results.pop("weighted", None)
    out |= results | {"pixels": pixels, "grad.pixels": pixels.grad}
    out |= {"grad." + k: fingerprint(v) for k, v in gradients(net).items()}
    save(name, out)


def save(name, out):
    file = os.path.join(HERE, name + ".safetensors")
    save_file({k: v.detach().contiguous() for k, v in out.items()}, file,
              metadata={"torch": torch.__version__, "transformers": t.__version__})
    print(file, os.path.getsize(file), {k: tuple(v.shape) for k, v in out.items() if "." not in k})


def hidden(norm, **options):
    def run(net, pixels):
        tokens = net(pixels, output_hidden_states=True, **options).hidden_states[-1]
        return {"tokens": tokens, "normalised": norm(net)(tokens)}
    return run


# Sides are whole patches: the reference drops the pixels of others, where Maskwright pads.
WHOLE = dict(height=20, width=16)
make("vit-dinov2", t.Dinov2Model(t.Dinov2Config(**COMMON, mlp_ratio=2)), hidden(lambda n: n.layernorm), height=12, width=12)
make("vit-dinov2-swiglu", t.Dinov2Model(t.Dinov2Config(**COMMON, mlp_ratio=2, use_swiglu_ffn=True)), hidden(lambda n: n.layernorm), height=12, width=12)
make("vit-dinov2-registers", t.Dinov2WithRegistersModel(t.Dinov2WithRegistersConfig(**COMMON, mlp_ratio=2, num_register_tokens=2)),
     hidden(lambda n: n.layernorm), **WHOLE)
make("vit-dinov3", t.DINOv3ViTModel(t.DINOv3ViTConfig(**COMMON, intermediate_size=48, num_register_tokens=2)), hidden(lambda n: n.norm), **WHOLE)
make("vit-clip", t.CLIPVisionModel(t.CLIPVisionConfig(**COMMON, intermediate_size=48)),
     hidden(lambda n: getattr(n, "vision_model", n).post_layernorm, interpolate_pos_encoding=True), **WHOLE)


def mae(net, pixels):
    noise = torch.arange(pixels.shape[2] // 4 * (pixels.shape[3] // 4)).float().expand(2, -1)  # keeps the order
    tokens = net(pixels, noise=noise, interpolate_pos_encoding=True, output_hidden_states=True).hidden_states[-1]
    return {"tokens": tokens, "normalised": net.layernorm(tokens)}


make("vit-mae", t.ViTMAEModel(t.ViTMAEConfig(**COMMON, intermediate_size=48, mask_ratio=0.0, layer_norm_eps=1e-6)), mae, **WHOLE)
make("vit-sam", t.SamVisionModel(t.SamVisionConfig(**COMMON | dict(image_size=20), mlp_dim=48, output_channels=16, window_size=3, global_attn_indexes=[1])),
     lambda net, pixels: {"features": net(pixels).last_hidden_state}, height=20, width=20)



def timms(net, pixels):
    tokens = net.blocks(net.norm_pre(net._pos_embed(net.patch_embed(pixels))))
    return {"tokens": tokens, "normalised": net.norm(tokens)}


make("vit-qk-norm", timm.models.VisionTransformer(img_size=12, patch_size=4, embed_dim=32, depth=2, num_heads=2, mlp_ratio=1.5, qk_norm=True, num_classes=0),
     timms, height=12, width=12)

torch.manual_seed(7)
kernels, places = torch.randn(2, 3, 7, 7), torch.randn(1, 1 + 25, 4)
save("vit-refit", {"kernels": kernels, "places": places} | {f"kernels.{n}": timm.layers.resample_patch_embed(kernels, [n, n]) for n in (4, 9)}
     | {f"places.{n}": timm.layers.resample_abs_pos_embed(places[:, 1:], (n, n), num_prefix_tokens=0) for n in (3, 8)})

torch.manual_seed(3)
table = torch.randn(1, 5, 5, 4)
resized = nn.functional.interpolate(table.permute(0, 3, 1, 2), scale_factor=(7.1 / 5, 3.1 / 5), mode="bicubic")
smooth = nn.functional.interpolate(table.permute(0, 3, 1, 2), size=(7, 3), mode="bicubic", antialias=True)
lines = nn.functional.interpolate(table.reshape(1, 25, 4).transpose(1, 2), size=13, mode="linear")
save("vit-resampling", {"table": table, "offset": resized.permute(0, 2, 3, 1), "antialiased": smooth.permute(0, 2, 3, 1), "linear": lines.transpose(1, 2)})


class Norm(nn.LayerNorm):
    def __init__(self, channels):
        super().__init__(channels, eps=1e-6)

    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Conv(nn.Conv2d):
    def __init__(self, i, o, k):
        super().__init__(i, o, k, padding=k // 2, bias=False)
        self.norm = Norm(o)

    def forward(self, x):
        return self.norm(super().forward(x))


C, O = 16, 8
up = nn.ConvTranspose2d
pyramid = nn.ModuleDict({
    "simfp_2": nn.Sequential(up(C, C // 2, 2, 2), Norm(C // 2), nn.GELU(), up(C // 2, C // 4, 2, 2), Conv(C // 4, O, 1), Conv(O, O, 3)),
    "simfp_3": nn.Sequential(up(C, C // 2, 2, 2), Conv(C // 2, O, 1), Conv(O, O, 3)),
    "simfp_4": nn.Sequential(Conv(C, O, 1), Conv(O, O, 3)),
    "simfp_5": nn.Sequential(nn.MaxPool2d(2, 2), Conv(C, O, 1), Conv(O, O, 3))})
torch.manual_seed(5)
randomise(pyramid)
map = torch.randn(2, C, 6, 4, requires_grad=True)
maps = [level(map) for level in pyramid.values()]
sum((m * cotangent(m)).sum() for m in maps).backward()
save("vit-pyramid", {"state." + k: v.bfloat16() for k, v in pyramid.state_dict().items()} | {"grad." + k: fingerprint(v.grad) for k, v in pyramid.named_parameters()}
     | {f"map.{i}": m for i, m in enumerate(maps)} | {"input": map, "grad.input": map.grad})


def four_maps(net, pixels):
    results = {f"map.{i}": m for i, m in enumerate(net(pixels).feature_maps)}
    return results | {"weighted": torch.cat([m.flatten() for m in results.values()])}


make("backbone-convnext", t.ConvNextBackbone(t.ConvNextConfig(hidden_sizes=[8, 12, 16, 20], depths=[1, 1, 2, 1],
                                                              out_features=["stage1", "stage2", "stage3", "stage4"])), four_maps, height=32, width=64, batch=1)


def eomt(net, pixels):
    said, predict = [], net.predict
    net.predict = lambda tokens: said.append(predict(tokens)) or said[-1]
    net(pixels)
    out = {}
    for i, (masks, classes) in enumerate(said):
        out |= {f"masked.{i}.classes": classes, f"masked.{i}.masks": masks}
    weighted = torch.cat([v.flatten() for v in out.values()])
    net.attn_mask_probs.zero_()
    net.predict = predict
    free = net(pixels)
    assert (free.masks_queries_logits - masks).abs().max() > 0.01, "masks change nothing"
    return out | {"open.classes": free.class_queries_logits, "open.masks": free.masks_queries_logits, "weighted": weighted}


EOMT = dict(hidden_size=32, num_hidden_layers=3, num_attention_heads=2, num_blocks=2, num_queries=5, num_register_tokens=2, num_labels=3)
make("eomt", t.EomtForUniversalSegmentation(t.EomtConfig(**EOMT, mlp_ratio=1, image_size=32, patch_size=8, num_upscale_blocks=1)),
     eomt, height=32, width=32, batch=1)
make("eomt-dinov3", t.EomtDinov3ForUniversalSegmentation(t.EomtDinov3Config(**EOMT, intermediate_size=32, image_size=32, patch_size=16,
                                                                            num_upscale_blocks=2, layer_norm_eps=1e-5)),
     eomt, height=32, width=32, batch=1)
