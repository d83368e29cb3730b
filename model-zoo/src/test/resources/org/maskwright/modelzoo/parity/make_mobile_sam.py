"""Golden file of MobileSAM: its own code as the reference, on networks of random weights.

Run:  git clone https://github.com/ChaoningZhang/MobileSAM       (Apache-2.0; the files here: commit 34bbbfdface3c18e5221aa7de6032d7220c6c6a1)
      pip install torch torchvision timm safetensors && python make_mobile_sam.py MobileSAM

mobile-sam.safetensors: as sam.safetensors (make_sam.py says what is in it and which prompts are asked), with the official names, and beside it an image that
is not square ("wide.pixels" [1,3,80,112]) with its map ("wide.embedding"). The classifier, which nothing uses, is left out.

TinyViT is built as for pictures of 64 pixels. Three things of its code are for one size alone and are replaced: the 64 x 64 places that the last map is
taken to have, the neck's 256 channels, and the rule that the stride before the last stage is 1 where that has 320, 448 or 576 channels.
Normalisations have random statistics and use them. Parameters are rounded to bfloat16 before anything is computed.
"""

import os
import sys
import warnings

import torch
from safetensors.torch import save_file
from torch import nn

warnings.simplefilter("ignore")
sys.path.insert(0, sys.argv[1])
from mobile_sam.modeling import MaskDecoder, PromptEncoder, Sam, TwoWayTransformer
from mobile_sam.modeling.tiny_vit_sam import LayerNorm2d, TinyViT

HERE = os.path.dirname(os.path.abspath(__file__))
WIDTH = 32
UNUSED = "image_encoder.norm_head", "image_encoder.head"
torch.use_deterministic_algorithms(True)


def cotangent(x):
    return torch.cos(0.37 * torch.arange(x.numel(), dtype=torch.float64)).float().reshape(x.shape)


def fingerprint(x):
    x = x.double().flatten()
    n = torch.arange(x.numel(), dtype=torch.float64)
    return torch.stack([(x * torch.cos(0.37 * n)).sum(), (x * torch.sin(0.59 * n)).sum(), x.norm()]).float()


class Encoder(TinyViT):
    def __init__(self, size):
        super().__init__(img_size=size, num_classes=4, embed_dims=[8, 12, 16, 20], depths=[1, 2, 2, 1], num_heads=[1, 3, 2, 4],
                         window_sizes=[7, 3, 4, 3], drop_path_rate=0.0)
        self.layers[2].downsample.conv2.c.stride = (1, 1)
        self.neck = nn.Sequential(nn.Conv2d(20, WIDTH, 1, bias=False), LayerNorm2d(WIDTH), nn.Conv2d(WIDTH, WIDTH, 3, padding=1, bias=False), LayerNorm2d(WIDTH))

    def forward_features(self, x):
        height, width = x.shape[2] // 16, x.shape[3] // 16
        x = self.patch_embed(x)
        for layer in self.layers:
            x = layer(x)
        return self.neck(x.view(x.shape[0], height, width, -1).permute(0, 3, 1, 2))


def randomise(net):
    with torch.no_grad():
        for name, value in list(net.named_parameters()) + list(net.named_buffers()):
            if not value.is_floating_point():
                continue
            if "gaussian_matrix" in name:
                value.normal_(0, 1)
            elif name.endswith("running_var") or value.dim() == 1 and name.endswith("weight"):
                value.uniform_(0.5, 1.5)
            elif value.dim() > 1 and "_embed" not in name.replace("patch_embed", "") and "token" not in name and "biases" not in name:
                value.normal_(0, 1.2 / value[0].numel() ** 0.5)
            else:
                value.normal_(0, 0.4)
            value.copy_(value.bfloat16().float())


def frozen(net):
    """As in training, but with the statistics that normalisations have: the table of attention biases is read anew at each call only so."""
    net.train()
    for m in net.modules():
        if isinstance(m, nn.BatchNorm2d):
            m.eval()
    return net


def state(net):
    return {k: v.bfloat16() for k, v in net.state_dict().items() if v.is_floating_point() and not k.startswith(UNUSED)}


torch.manual_seed(17)
net = Sam(
    image_encoder=Encoder(64),
    prompt_encoder=PromptEncoder(embed_dim=WIDTH, image_embedding_size=(4, 4), input_image_size=(64, 64), mask_in_chans=16),
    mask_decoder=MaskDecoder(num_multimask_outputs=3, transformer=TwoWayTransformer(depth=2, embedding_dim=WIDTH, mlp_dim=64, num_heads=4),
                             transformer_dim=WIDTH, iou_head_depth=3, iou_head_hidden_dim=WIDTH),
    pixel_mean=[123.675, 116.28, 103.53], pixel_std=[58.395, 57.12, 57.375])
randomise(net)
frozen(net)

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
out = {"state." + k: v for k, v in state(net).items()}
embedding = net.image_encoder(pixels)
out |= {"pixels": pixels, "embedding": embedding}
wide = frozen(Encoder((80, 112)))
wide.load_state_dict(net.image_encoder.state_dict())
out["wide.pixels"] = torch.randn(1, 3, 80, 112).bfloat16().float()
out["wide.embedding"] = wide(out["wide.pixels"])
answers = []
for name, asked in cases.items():
    out |= {f"case.{name}.{k}": v.int() if k == "labels" else v for k, v in asked.items()}
    sparse, dense = net.prompt_encoder(
        points=(asked["points"], asked["labels"]) if "points" in asked else None, boxes=asked.get("boxes"), masks=asked.get("mask"))
    masks, quality = net.mask_decoder.predict_masks(embedding, net.prompt_encoder.get_dense_pe(), sparse, dense)
    out |= {f"case.{name}.masks": masks, f"case.{name}.quality": quality}
    answers += [masks.flatten(), quality.flatten()]

everything = torch.cat(answers)
(everything * cotangent(everything)).sum().backward()
out["grad.pixels"] = pixels.grad
unused = [n for n, p in net.named_parameters() if p.grad is None]
assert all(n.startswith(UNUSED) for n in unused), unused
out |= {"grad." + k: fingerprint(p.grad) for k, p in net.named_parameters() if p.grad is not None and ".bn." not in k}
file = os.path.join(HERE, "mobile-sam.safetensors")
save_file({k: v.detach().contiguous().clone() for k, v in out.items()}, file, metadata={"torch": torch.__version__})
print(file, os.path.getsize(file))
print("embedding", embedding.std().item(), "wide", out["wide.embedding"].std().item(), tuple(out["wide.embedding"].shape))
for name in cases:
    print(name, tuple(out[f"case.{name}.masks"].shape), out[f"case.{name}.masks"].std().item(), out[f"case.{name}.quality"][0].tolist())
