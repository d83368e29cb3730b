"""Golden files of small backbones: torchvision's MobileNetV2 and PyPI's efficientnet-lite-pytorch as references.

Run:  pip install torch torchvision safetensors efficientnet-lite-pytorch==0.1.0 && python make_backbones.py

Each file holds the network's parameters and buffers under its own names ("state." + name; without head and classifier),
the input ("pixels"), the maps of strides 4 to 32 in evaluation ("map.i", "map.i of 64x96" for a second input of even sides)
and in training ("train.map.i", statistics of the batch), and the gradients of  sum_i <map.i, cot.map.i>  in evaluation
("grad.pixels"; "grad." + name as three numbers: its products with cos(0.37 n) and sin(0.59 n) and its L2 norm).
cot.* is cos(0.37 n), n the position in the flattened tensor.
Parameters are rounded to bfloat16 before anything is computed, and stored so. Statistics and affine values are random, large
enough for ReLU6 to cut at both ends.
"""

import os

import torch
import torchvision
from efficientnet_lite_pytorch.model import EfficientNet
from efficientnet_lite_pytorch.utils import BlockDecoder, efficientnet_lite
from safetensors.torch import save_file
from torchvision.models.mobilenetv2 import MobileNetV2

HERE = os.path.dirname(os.path.abspath(__file__))
CHANNELS = [8, 12, 16, 20, 24, 28, 32]
BLOCKS = [1, 2, 1, 2, 1, 2, 1]
STRIDES = [1, 2, 2, 2, 1, 2, 1]
KERNELS = [3, 3, 5, 3, 5, 5, 3]
ENDS = [3, 4, 7, 10]  # blocks up to the last one of each size
torch.use_deterministic_algorithms(True)


def mobilenet():
    # width_mult multiplies the channels, the stem's 32 among them, and leaves the last 1280
    stages = [[1 if s == 0 else 6, 4 * CHANNELS[s], BLOCKS[s], STRIDES[s]] for s in range(7)]
    net = MobileNetV2(width_mult=0.25, inverted_residual_setting=stages, round_nearest=4)

    def maps(x):
        x = net.features[0](x)
        return through(x, list(net.features[1:-1]))

    last = f"features.{len(net.features) - 1}."
    return net, maps, lambda name: not name.startswith((last, "classifier."))


def efficientnet():
    _, common = efficientnet_lite(width_coefficient=1.0, depth_coefficient=1.0)
    # image_size None: padding by the size of each image, as TensorFlow does; fix_head_stem would make 32 channels of the stem
    common = common._replace(width_coefficient=None, depth_coefficient=None, fix_head_stem=False, drop_connect_rate=0, image_size=None)
    ins = [32] + CHANNELS[:-1]
    blocks = BlockDecoder.decode(
        [f"r{BLOCKS[s]}_k{KERNELS[s]}_s{STRIDES[s]}{STRIDES[s]}_e{1 if s == 0 else 6}_i{ins[s]}_o{CHANNELS[s]}" for s in range(7)])
    net = EfficientNet(blocks, common)

    def maps(x):
        x = net._swish(net._bn0(net._conv_stem(x)))
        return through(x, list(net._blocks))

    return net, maps, lambda name: not name.startswith(("_conv_head.", "_bn1.", "_fc."))


def through(x, blocks):
    out = []
    for i, block in enumerate(blocks):
        x = block(x)
        if i + 1 in ENDS:
            out.append(x)
    return out


def cotangent(t):
    return torch.cos(0.37 * torch.arange(t.numel(), dtype=torch.float64)).float().reshape(t.shape)


def fingerprint(t):
    t = t.double().flatten()
    n = torch.arange(t.numel(), dtype=torch.float64)
    return torch.stack([(t * torch.cos(0.37 * n)).sum(), (t * torch.sin(0.59 * n)).sum(), t.norm()]).float()


def randomise(net):
    with torch.no_grad():
        for name, value in list(net.named_parameters()) + list(net.named_buffers()):
            if name.endswith("num_batches_tracked"):
                continue
            if name.endswith("running_mean"):
                value.normal_(0, 0.5)
            elif name.endswith("running_var"):
                value.uniform_(0.3, 1.5)
            elif value.dim() == 1 and name.endswith("weight"):
                value.uniform_(0.5, 2)
            elif value.dim() == 1:
                value.normal_(0.5, 0.5)
            else:
                value.mul_((2 / (value[0].numel())) ** 0.5 / value.std())
            value.copy_(value.bfloat16().float())


def clipped(net):
    """The share of what ReLU6 gives that is 0, and that is 6."""
    shares = []
    hooks = [m.register_forward_hook(lambda _, __, y: shares.append([(y == 0).float().mean(), (y == 6).float().mean()]))
             for m in net.modules() if isinstance(m, torch.nn.ReLU6)]
    return shares, hooks


def make(name, build):
    torch.manual_seed(7)
    net, maps, kept = build()
    randomise(net)
    net.eval()
    state = {"state." + k: v.bfloat16() if v.is_floating_point() else v
             for k, v in net.state_dict().items() if kept(k)}
    pixels = torch.randn(2, 3, 61, 83)
    even = torch.randn(1, 3, 64, 96)
    shares, hooks = clipped(net)
    with torch.no_grad():
        out = {f"map.{i} of 64x96": m for i, m in enumerate(maps(even))}
    print(name, "ReLU6 at 0 and at 6:", torch.tensor(shares).mean(0).tolist())
    assert torch.tensor(shares).mean(0).min() > 0.02
    [hook.remove() for hook in hooks]
    variable = pixels.clone().requires_grad_()
    all_maps = maps(variable)
    out |= {f"map.{i}": m for i, m in enumerate(all_maps)}
    sum((m * cotangent(m)).sum() for m in all_maps).backward()
    out["grad.pixels"] = variable.grad
    for k, v in net.named_parameters():
        if kept(k) and v.dim() == 4:
            out["grad." + k] = fingerprint(v.grad)
    out |= {"pixels": pixels, "pixels of 64x96": even}
    net.train()
    with torch.no_grad():
        out |= {f"train.map.{i}": m for i, m in enumerate(maps(pixels))}
    file = os.path.join(HERE, name + ".safetensors")
    save_file({k: v.detach().contiguous() for k, v in (state | out).items()}, file,
              metadata={"torch": torch.__version__, "torchvision": torchvision.__version__, "efficientnet-lite-pytorch": "0.1.0"})
    print(file, os.path.getsize(file), [tuple(m.shape) for m in all_maps])


make("backbone-mobilenet-v2", mobilenet)
make("backbone-efficientnet-lite", efficientnet)
