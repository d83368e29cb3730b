"""Golden file of Segment Anything: Hugging Face Transformers' SamModel as the reference.

Run:  pip install torch transformers safetensors && python make_sam.py

sam.safetensors holds a small SamModel of random weights under the names that save_pretrained gives them ("state." + name), an image
("pixels") and its embedding ("embedding"). For every combination of prompts, named by its parts, it holds what was asked
("points" [P,N,2] and "labels" [P,N] in pixels as a user gives them, half a pixel less than the continuous places; "boxes" [P,4];
"mask" [1,1,16,16]) and what was answered: "masks" [P,4,16,16] with the single answer first, and "quality" [P,4]. Gradients are of <all
answers, cot> with cot = cos(0.37 n), n the position in the answers put side by side: "grad.pixels", and "grad." + name as three numbers: its
products with cos(0.37 n) and sin(0.59 n) and its L2 norm.

Parameters are rounded to bfloat16 before anything is computed, and stored so. The mask decoder's normalisations add 1e-5 to variances, as
the official code's do; Transformers' default is 1e-6.
"""

import os
import tempfile

import torch
import transformers as t
from safetensors.torch import load_file, save_file

HERE = os.path.dirname(os.path.abspath(__file__))
torch.use_deterministic_algorithms(True)


def cotangent(x):
    return torch.cos(0.37 * torch.arange(x.numel(), dtype=torch.float64)).float().reshape(x.shape)


def fingerprint(x):
    x = x.double().flatten()
    n = torch.arange(x.numel(), dtype=torch.float64)
    return torch.stack([(x * torch.cos(0.37 * n)).sum(), (x * torch.sin(0.59 * n)).sum(), x.norm()]).float()


def saved(net):
    with tempfile.TemporaryDirectory() as folder:
        net.save_pretrained(folder)
        return load_file(os.path.join(folder, "model.safetensors"))


def randomise(net):
    with torch.no_grad():
        for name, value in list(net.named_parameters()) + list(net.named_buffers()):
            if "positional_embedding" in name:
                value.normal_(0, 1)
            elif value.dim() == 1 and "norm" in name and name.endswith("weight"):
                value.uniform_(0.5, 1.5)
            elif value.dim() > 1 and value.shape[-1] > 2 and "embed." not in name and "token" not in name and "pos_embed" not in name:
                value.normal_(0, 1.2 / value[0].numel() ** 0.5)
            else:
                value.normal_(0, 0.4)
            value.copy_(value.bfloat16().float())


torch.manual_seed(13)
net = t.SamModel(t.SamConfig(
    vision_config=dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, image_size=64, patch_size=16, mlp_dim=64, output_channels=32,
                       window_size=3, global_attn_indexes=[1], num_pos_feats=16),
    prompt_encoder_config=dict(hidden_size=32, image_size=64, patch_size=16),
    mask_decoder_config=dict(hidden_size=32, mlp_dim=64, num_attention_heads=4, iou_head_hidden_dim=32, layer_norm_eps=1e-5)))
randomise(net)
net.eval()
assert net.shared_image_embedding.positional_embedding.equal(net.prompt_encoder.shared_embedding.positional_embedding)

points = torch.tensor([[[5.0, 9.0], [40.25, 33.5], [60.0, 2.0]], [[31.0, 31.0], [0.0, 63.0], [17.0, 50.0]]])
labels = torch.tensor([[1, 0, -1], [0, 1, 1]])
boxes = torch.tensor([[3.0, 7.0, 50.0, 41.5], [20.0, 0.0, 63.0, 30.0]])
mask = torch.randn(1, 1, 16, 16) * 4
one = slice(0, 1)
cases = {
    "nothing": {},
    "point": dict(points=points[:, :1], labels=labels[:, :1]),
    "points": dict(points=points, labels=labels),
    "box": dict(boxes=boxes),
    "points-box": dict(points=points[:, :2], labels=labels[:, :2], boxes=boxes),
    "mask": dict(mask=mask),
    "points-mask": dict(points=points[one], labels=labels[one], mask=mask),
    "box-mask": dict(boxes=boxes[one], mask=mask),
    "points-box-mask": dict(points=points[one], labels=labels[one], boxes=boxes[one], mask=mask),
}

pixels = torch.randn(1, 3, 64, 64, requires_grad=True)
out = {"state." + k: v.bfloat16() for k, v in saved(net).items()}
embedding = net.vision_encoder(pixels).last_hidden_state
out |= {"pixels": pixels, "embedding": embedding}
answers = []
for name, asked in cases.items():
    out |= {f"case.{name}.{k}": v.int() if k == "labels" else v for k, v in asked.items()}
    given = dict(
        input_points=asked["points"][None] if "points" in asked else None,
        input_labels=asked["labels"][None] if "labels" in asked else None,
        input_boxes=asked["boxes"][None] if "boxes" in asked else None,
        input_masks=asked.get("mask"))
    single, several = (net(image_embeddings=embedding, multimask_output=m, **given) for m in (False, True))
    masks = torch.cat([single.pred_masks, several.pred_masks], 2)[0]
    quality = torch.cat([single.iou_scores, several.iou_scores], 2)[0]
    out |= {f"case.{name}.masks": masks, f"case.{name}.quality": quality}
    answers += [masks.flatten(), quality.flatten()]
everything = torch.cat(answers)
(everything * cotangent(everything)).sum().backward()
out["grad.pixels"] = pixels.grad
with torch.no_grad():
    unused = [n for n, p in net.named_parameters() if p.grad is None]
    assert not unused, unused
    for p in net.parameters():
        p.copy_(p.grad)
out |= {"grad." + k: fingerprint(v) for k, v in saved(net).items() if "positional_embedding" not in k}
file = os.path.join(HERE, "sam.safetensors")
save_file({k: v.detach().contiguous().clone() for k, v in out.items()}, file, metadata={"torch": torch.__version__, "transformers": t.__version__})
print(file, os.path.getsize(file))
for name in cases:
    print(name, tuple(out[f"case.{name}.masks"].shape), out[f"case.{name}.masks"].std().item(), out[f"case.{name}.quality"][0].tolist())
print(sorted(k for k in out if k.startswith("state.")))
