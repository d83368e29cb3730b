"""Golden file of Segment Anything: Hugging Face Transformers' SamModel as the reference.

Run:  pip install torch transformers safetensors pillow && python make_sam.py

sam.safetensors holds a small SamModel of random weights under the names that save_pretrained gives them ("state." + name), an image
("pixels") and its embedding ("embedding"). For every combination of prompts, named by its parts, it holds what was asked
("points" [P,N,2] and "labels" [P,N] in pixels as a user gives them, half a pixel less than the continuous places; "boxes" [P,4];
"mask" [1,1,16,16]) and what was answered: "masks" [P,4,16,16] with the single answer first, and "quality" [P,4]. Gradients are of <all
answers, cot> with cot = cos(0.37 n), n the position in the answers put side by side: "grad.pixels", and "grad." + name as three numbers: its
products with cos(0.37 n) and sin(0.59 n) and its L2 norm.

sam-picture.safetensors, of the trainer's tests, holds the same network, a photograph ("picture" [37,50,3]) and for two prompts the "logits" [4,16,16], the logits at the
photograph's size ("masks" [4,37,50]) and the "quality" [4].

Parameters are rounded to bfloat16 before anything is computed, and stored so. The mask decoder's normalisations add 1e-5 to variances, as
the official code's do; Transformers' default is 1e-6.
"""

import os
import tempfile

import numpy as np
import torch
import transformers as t
from PIL import Image
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


def picture():
    """A photograph of 50 x 37 pixels from the file on: PIL's resizing as in the official code, masks at its size by Transformers' own function."""
    seen = Image.fromarray(np.random.default_rng(3).integers(0, 256, (37, 50, 3), dtype=np.uint8)).resize((25, 19)).resize((50, 37), Image.BICUBIC)
    size = (64, int(37 * 64 / 50 + 0.5))
    mean, std = np.array([123.675, 116.28, 103.53]), np.array([58.395, 57.12, 57.375])
    values = torch.from_numpy((np.asarray(seen.resize(size, Image.BILINEAR)) - mean) / std).float().permute(2, 0, 1)
    input = torch.zeros(1, 3, 64, 64)
    input[0, :, :size[1], :size[0]] = values
    at, kind, around = [[12.0, 30.0], [41.5, 3.0]], [1, 0], [4.0, 2.0, 37.0, 33.0]
    scaled = torch.tensor([[[[x * size[0] / 50, y * size[1] / 37] for x, y in at]]])
    corners = torch.tensor([[[around[0] * size[0] / 50, around[1] * size[1] / 37, around[2] * size[0] / 50, around[3] * size[1] / 37]]])
    result = {"state." + k: v.bfloat16() for k, v in saved(net).items()} | {"picture": torch.from_numpy(np.asarray(seen).copy())}
    with torch.no_grad():
        features = net.vision_encoder(input).last_hidden_state
        for name, asked in {"point": dict(input_points=scaled[:, :, :1], input_labels=torch.tensor([[kind[:1]]])),
                            "points-box": dict(input_points=scaled, input_labels=torch.tensor([[kind]]), input_boxes=corners)}.items():
            both = [net(image_embeddings=features, multimask_output=m, **asked) for m in (False, True)]
            masks = torch.cat([b.pred_masks for b in both], 2)
            large = torch.nn.functional.interpolate(masks[0], (64, 64), mode="bilinear", align_corners=False)[..., :size[1], :size[0]]
            large = torch.nn.functional.interpolate(large, (37, 50), mode="bilinear", align_corners=False)
            own = t.SamImageProcessor().post_process_masks(masks, [(37, 50)], [(size[1], size[0])], pad_size={"height": 64, "width": 64})[0]
            assert (own == (large > 0)).all()
            result |= {name + ".logits": masks[0, 0], name + ".masks": large[0], name + ".quality": torch.cat([b.iou_scores for b in both], 2)[0, 0]}
    into = os.path.join(HERE, *[".."] * 8, "trainer/src/test/resources/org/maskwright/trainer/prompt/sam-picture.safetensors")
    os.makedirs(os.path.dirname(into), exist_ok=True)
    save_file({k: v.contiguous().clone() for k, v in result.items()}, into, metadata={"torch": torch.__version__, "transformers": t.__version__})
    print(os.path.normpath(into), os.path.getsize(into))


picture()
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
