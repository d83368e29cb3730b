"""Golden files of masked autoencoders.

Run:  pip install torch transformers safetensors && python make_mae.py

mae: a small ViTMAEForPreTraining of Hugging Face Transformers, random weights under the names that save_pretrained gives them
("state." + name), the input ("pixels"), a number for each patch by which it hides some ("noise"), what it says of all patches
("logits"), which are hidden ("mask"), the loss, and the loss' gradients ("grad.pixels"; "grad." + name as three numbers, see
make_vit.py). rmae: R-MAE's branch of regions, written down here from its formulas (systems.md, 3.13), under Maskwright's names, with
the same encoder's tokens of seen patches as "latent".
"""

import os
import tempfile

import torch
import torch.nn.functional as F
import transformers as t
from safetensors.torch import load_file, save_file
from torch import nn

HERE = os.path.dirname(os.path.abspath(__file__))
torch.use_deterministic_algorithms(True)


def fingerprint(x):
    x = x.double().flatten()
    n = torch.arange(x.numel(), dtype=torch.float64)
    return torch.stack([(x * torch.cos(0.37 * n)).sum(), (x * torch.sin(0.59 * n)).sum(), x.norm()]).float()


def randomise(net):
    with torch.no_grad():
        for name, value in net.named_parameters():
            if value.dim() == 1 and "norm" in name and name.endswith("weight"):
                value.uniform_(0.5, 1.5)
            elif value.dim() in (2, 4):
                value.normal_(0, 1.2 / value[0].numel() ** 0.5)
            else:
                value.normal_(0, 0.3)
            value.copy_(value.bfloat16().float())


def saved(net):
    """Values under their names in files."""
    with tempfile.TemporaryDirectory() as folder:
        net.save_pretrained(folder)
        return load_file(os.path.join(folder, "model.safetensors"))


def gradients(net):
    """Those of the parameters under their names in files; none of what is fixed."""
    with torch.no_grad():
        for p in net.parameters():
            p.copy_(torch.full_like(p, float("nan")) if p.grad is None else p.grad)
    return {k: v for k, v in saved(net).items() if not torch.isnan(v).any()}


def save(name, out):
    file = os.path.join(HERE, name + ".safetensors")
    save_file({k: v.detach().contiguous() for k, v in out.items()}, file,
              metadata={"torch": torch.__version__, "transformers": t.__version__})
    print(file, os.path.getsize(file))


SIDE, PATCH = 16, 4
torch.manual_seed(5)
config = t.ViTMAEConfig(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=48, image_size=SIDE, patch_size=PATCH,
                        decoder_hidden_size=64, decoder_num_hidden_layers=2, decoder_num_attention_heads=2, decoder_intermediate_size=40,
                        mask_ratio=0.75, norm_pix_loss=True, layer_norm_eps=1e-6)
net = t.ViTMAEForPreTraining(config)
randomise(net)
net.eval()
out = {"state." + k: v.bfloat16() for k, v in saved(net).items()}
pixels = torch.randn(3, 3, SIDE, SIDE, requires_grad=True)
noise = torch.rand(3, (SIDE // PATCH) ** 2)
said = net(pixels, noise=noise)
said.loss.backward()
out |= {"pixels": pixels, "noise": noise, "logits": said.logits, "mask": said.mask, "loss": said.loss.reshape(1), "grad.pixels": pixels.grad}
out |= {"grad." + k: fingerprint(v) for k, v in gradients(net).items()}
save("mae", out)


class Attention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.qkv, self.proj, self.heads = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim), heads

    def forward(self, x):
        b, n, c = x.shape
        q, k, v = self.qkv(x).reshape(b, n, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4)
        w = (q @ k.transpose(-1, -2) / (c // self.heads) ** 0.5).softmax(-1)
        return self.proj((w @ v).transpose(1, 2).reshape(b, n, c))


class Mlp(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(dim, hidden), nn.Linear(hidden, dim)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


def norm(dim):
    return nn.LayerNorm(dim, eps=1e-6)


class Block(nn.Module):
    def __init__(self, dim, heads, hidden):
        super().__init__()
        self.norm1, self.attn, self.norm2, self.mlp = norm(dim), Attention(dim, heads), norm(dim), Mlp(dim, hidden)

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


def sincos(side, dim):
    rate = 10000 ** (-torch.arange(dim // 4, dtype=torch.float64) / (dim // 4))
    y, x = [g.flatten()[:, None] * rate for g in torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")]
    return torch.cat([x.sin(), x.cos(), y.sin(), y.cos()], 1).float()


class Tokens(nn.Module):
    def __init__(self, latent, dim, heads, hidden, depth, side):
        super().__init__()
        self.embed = nn.Linear(latent, dim)
        self.mask_token = nn.Parameter(torch.zeros(1, 1, dim))
        self.blocks = nn.ModuleList(Block(dim, heads, hidden) for _ in range(depth))
        self.positions = sincos(side, dim)

    def forward(self, latent, restore):
        x = self.embed(latent)
        hidden = self.mask_token.expand(len(x), restore.shape[1] + 1 - x.shape[1], -1)
        patches = torch.cat([x[:, 1:], hidden], 1).gather(1, restore[..., None].expand(-1, -1, x.shape[2]))
        x = torch.cat([x[:, :1], patches + self.positions], 1)
        for block in self.blocks:
            x = block(x)
        return x


class Expansion(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.norm1, self.attn, self.proj = norm(dim), Attention(dim, heads), nn.Linear(dim, dim)
        self.norm3, self.fc1, self.fc2 = norm(dim), nn.Linear(dim, dim), nn.Linear(dim, dim)

    def forward(self, v, memory):
        u = v + self.attn(self.norm1(v))
        return self.fc2(F.gelu(self.fc1(self.norm3(u[:, :, None] + self.proj(memory)[:, None]))))


class Regions(nn.Module):
    def __init__(self, latent, width, dim, heads, patch, side):
        super().__init__()
        self.patch, self.side = patch, side
        self.patch_embed = nn.Linear(patch * patch, width)
        self.blocks = nn.ModuleList([Block(width, 2, 40)])
        self.proj_norm, self.proj = norm(width), nn.Linear(width, dim)
        self.tokens = Tokens(latent, dim, heads, 48, 2, side)
        self.norm = norm(dim)
        self.expansion = Expansion(dim, heads)
        self.pred = nn.Linear(dim, patch * patch)
        self.positions = sincos(side, width)

    def cut(self, regions):
        b, k = regions.shape[:2]
        n, p = self.side, self.patch
        return regions.reshape(b, k, n, p, n, p).permute(0, 1, 2, 4, 3, 5).reshape(b, k, n * n, p * p)

    def forward(self, latent, regions, noise, share):
        order = noise.argsort(1)
        restore = order.argsort(1)
        seen = order[:, : int(noise.shape[1] * (1 - share))]
        b, k = regions.shape[:2]
        x = self.patch_embed(self.cut(regions) - 0.5) + self.positions
        x = x.gather(2, seen[:, None, :, None].expand(-1, k, -1, x.shape[3])).flatten(0, 1)
        for block in self.blocks:
            x = block(x)
        v = self.proj(self.proj_norm(x.mean(1))).reshape(b, k, -1)
        memory = self.norm(self.tokens(latent, restore))
        logits = self.pred(F.gelu(self.expansion(v, memory)))[:, :, 1:]
        hidden = torch.ones_like(noise).scatter(1, seen, 0.0)
        loss = F.binary_cross_entropy_with_logits(logits, self.cut(regions), reduction="none").mean(3).mean(1)
        return logits, (loss * hidden).sum() / hidden.sum()


torch.manual_seed(6)
branch = Regions(32, 24, 32, 4, PATCH, SIDE // PATCH)
randomise(branch)
latent = torch.randn(3, 5, 32, requires_grad=True)
regions = (torch.rand(3, 2, SIDE, SIDE) < 0.4).float()
noise = torch.rand(3, (SIDE // PATCH) ** 2)
logits, loss = branch(latent, regions, noise, 0.75)
loss.backward()
out = {"state." + k: v.bfloat16() for k, v in branch.state_dict().items()}
out |= {"latent": latent, "regions": regions, "noise": noise, "logits": logits, "loss": loss.reshape(1), "grad.pixels": latent.grad}
out |= {"grad." + k: fingerprint(p.grad) for k, p in branch.named_parameters()}
save("rmae", out)
