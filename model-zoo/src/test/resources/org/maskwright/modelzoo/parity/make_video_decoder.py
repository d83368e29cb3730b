"""Golden file of the decoder of clips: Mask2Former-VIS' own decoder on random features and weights, for 1, 2 and 3 frames.

Run:  python make_video_decoder.py REFERENCES        (torch, safetensors)
REFERENCES holds the unpacked repository Mask2Former (of facebookresearch). Its decoder is loaded from there and run, with stand-ins for what it
imports and does not use here; nothing of it is copied.

video-decoder.safetensors holds the parameters ("state." + official name) and, for T in one, two, three:
"T.features" [B*T,D,h,w], "T.memory.l" [B*T,C,h,w] coarsest first, "T.class.i" [B,Q,K+1] and "T.mask.i" [B,Q,T,h,w] of every output, "T.blocked.i"
[B,Q,T*h*w] where (1) queries may not attend in layer i, and the gradients of  sum_i <class.i, cot> + <mask.i, cot>, cot = cos(0.37 n), n the
place in the flattened tensor: "T.grad.features" and "T.grad.memory.l" in full, "T.grad." + name as three numbers: products with cos(0.37 n) and
sin(0.59 n), and the norm.
"""

import importlib.util
import os
import sys
import types

import torch
from safetensors.torch import save_file
from torch import nn

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(sys.argv[1], "Mask2Former", "mask2former_video", "modeling", "transformer_decoder")
CLASSES, QUERIES, WIDTH, HEADS, HIDDEN, LAYERS, MASK = 3, 5, 8, 2, 12, 4, 8
SIZES = [(2, 3), (3, 4), (4, 7)]
FINEST = (6, 9)
BATCH = 2


def module(name, **members):
    made = types.ModuleType(name)
    made.__dict__.update(members)
    sys.modules[name] = made
    return made


class Registry:
    def register(self):
        return lambda cls: cls


for parent in ("fvcore", "fvcore.nn", "detectron2", "mask2former", "mask2former.modeling", "mask2former.modeling.transformer_decoder", "video"):
    module(parent, __path__=[])
sys.modules["fvcore.nn"].weight_init = module("fvcore.nn.weight_init")
module("detectron2.config", configurable=lambda init: init)
module("detectron2.layers", Conv2d=nn.Conv2d)
module("mask2former.modeling.transformer_decoder.maskformer_transformer_decoder", TRANSFORMER_DECODER_REGISTRY=Registry())


def load(name):
    spec = importlib.util.spec_from_file_location("video." + name, os.path.join(FOLDER, name + ".py"))
    loaded = importlib.util.module_from_spec(spec)
    sys.modules["video." + name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


load("position_encoding")
Decoder = load("video_mask2former_transformer_decoder").VideoMultiScaleMaskedTransformerDecoder


def wave(t):
    return torch.cos(0.37 * torch.arange(t.numel(), dtype=torch.float64)).to(t.dtype).view(t.shape)


def fingerprint(grad):
    flat = grad.double().flatten()
    n = torch.arange(flat.numel(), dtype=torch.float64)
    return torch.stack([(flat * torch.cos(0.37 * n)).sum(), (flat * torch.sin(0.59 * n)).sum(), flat.norm()]).float()


def case(saved, decoder, name, frames):
    generator = torch.Generator().manual_seed(frames)
    features = torch.randn(BATCH * frames, MASK, *FINEST, generator=generator).abs().bfloat16().float().requires_grad_()  # masks on or off all over
    memory = [torch.randn(BATCH * frames, WIDTH, *s, generator=generator).bfloat16().float().requires_grad_() for s in SIZES]
    decoder.num_frames = frames
    decoder.zero_grad()
    decoder.train()
    blocked = []
    heads = decoder.forward_prediction_heads

    def listening(*args, **kwargs):
        out = heads(*args, **kwargs)
        blocked.append(out[2])  # rows that are all blocked are reset in place afterwards
        return out

    decoder.forward_prediction_heads = listening
    out = decoder([m.clone() for m in memory], features)
    decoder.forward_prediction_heads = heads
    outputs = [(o["pred_logits"], o["pred_masks"]) for o in out["aux_outputs"] + [out]]
    total = sum((c * wave(c)).sum() + (m * wave(m)).sum() for c, m in outputs)
    total.backward()
    saved[f"{name}.features"] = features.detach().bfloat16()
    saved[f"{name}.grad.features"] = features.grad
    for l, level in enumerate(memory):
        saved[f"{name}.memory.{l}"] = level.detach().bfloat16()
        saved[f"{name}.grad.memory.{l}"] = level.grad
    for i, (c, m) in enumerate(outputs):
        saved[f"{name}.class.{i}"], saved[f"{name}.mask.{i}"] = c.detach(), m.detach()
    for i in range(LAYERS):
        saved[f"{name}.blocked.{i}"] = blocked[i].view(BATCH, HEADS, QUERIES, -1)[:, 0].bfloat16()
    for key, p in decoder.named_parameters():
        saved[f"{name}.grad.{key}"] = fingerprint(p.grad)


def main():
    torch.manual_seed(11)
    decoder = Decoder(WIDTH, True, num_classes=CLASSES, hidden_dim=WIDTH, num_queries=QUERIES, nheads=HEADS, dim_feedforward=HIDDEN,
                      dec_layers=LAYERS, pre_norm=False, mask_dim=MASK, enforce_input_project=False, num_frames=1)
    with torch.no_grad():
        for p in decoder.parameters():
            p.copy_((p + 0.05 * torch.randn_like(p)).bfloat16().float())
        decoder.query_feat.weight.mul_(0.5)
        # A query whose mask is empty before the first layer: its row is all blocked, and reset.
        decoder.mask_embed.layers[2].bias[0] = 0.25
    saved = {"state." + key: value.detach().bfloat16() for key, value in decoder.state_dict().items()}
    for name, frames in (("one", 1), ("two", 2), ("three", 3)):
        case(saved, decoder, name, frames)
        total = [bool((b == 0).all(-1).any()) for b in (saved[f"{name}.blocked.{i}"] for i in range(LAYERS))]
        print(name, "rows reset or open:", total)
    save_file({k: v.contiguous() for k, v in saved.items()}, os.path.join(HERE, "video-decoder.safetensors"),
              metadata={"torch": torch.__version__})


if __name__ == "__main__":
    main()
