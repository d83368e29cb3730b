"""Golden files of CLIP's text encoder: Hugging Face's CLIPTextModelWithProjection (text-quick-gelu, text-gelu) and OpenCLIP's CLIP (text-open-clip).

Run:  pip install torch transformers open_clip_torch safetensors && python make_text.py

Each file holds a small network of random weights under the names of its tool ("state." + name), three texts as token numbers ("ids"
[3,12], the greatest number ends a text, 0 behind it), their embeddings ("embeddings" [3,D]) and the gradients of <embeddings, cot> as
three numbers each ("grad." + name; see make_vit.py). Parameters are rounded to bfloat16 before anything is computed, and stored so.

With the argument --full it compares nothing but writes a whole text encoder of ViT-B/32's and of RN50's size with random weights to
a folder of that name, with ids and embeddings, for TextParityTest.main.
"""

import os
import sys

import torch
import transformers as t
from safetensors.torch import save_file

HERE = os.path.dirname(os.path.abspath(__file__))
VOCABULARY = 120


def cotangent(x):
    return torch.cos(0.37 * torch.arange(x.numel(), dtype=torch.float64)).float().reshape(x.shape)


def fingerprint(x):
    x = x.double().flatten()
    n = torch.arange(x.numel(), dtype=torch.float64)
    return torch.stack([(x * torch.cos(0.37 * n)).sum(), (x * torch.sin(0.59 * n)).sum(), x.norm()]).float()


def randomise(net):
    with torch.no_grad():
        for name, value in net.named_parameters():
            if value.dim() == 1 and ("norm" in name or "ln_" in name) and name.endswith("weight"):
                value.uniform_(0.5, 1.5)
            elif value.dim() == 2 and "embedding" not in name:
                value.normal_(0, 1.2 / value.shape[-1] ** 0.5)
            else:
                value.normal_(0, 0.4)
            value.copy_(value.bfloat16().float())


def texts(vocabulary, lengths, total):
    ids = torch.zeros(len(lengths), total, dtype=torch.long)
    for b, length in enumerate(lengths):
        ids[b, :length] = torch.randint(1, vocabulary - 2, (length,))
        ids[b, 0] = vocabulary - 2
        ids[b, length - 1] = vocabulary - 1
    return ids


def write(name, net, encode, skip=()):
    torch.manual_seed(7)
    randomise(net)
    net.eval()
    ids = texts(VOCABULARY, [3, 12, 6], 12)
    out = encode(ids)
    (out * cotangent(out)).sum().backward()
    tensors = {"ids": ids, "embeddings": out.detach()}
    for key, value in net.named_parameters():
        if any(key.startswith(s) for s in skip):
            continue
        tensors["state." + key] = value.detach().bfloat16()
        if value.grad is not None and key != "text_projection":
            tensors["grad." + key] = fingerprint(value.grad)
    save_file({k: v.contiguous() for k, v in tensors.items()}, os.path.join(HERE, name + ".safetensors"))


def hugging_face(vocabulary=VOCABULARY, context=12, width=32, layers=2, heads=2, mlp=48, embedding=24, act="quick_gelu"):
    config = t.CLIPTextConfig(
        vocab_size=vocabulary, max_position_embeddings=context, hidden_size=width, num_hidden_layers=layers, num_attention_heads=heads,
        intermediate_size=mlp, projection_dim=embedding, hidden_act=act, bos_token_id=vocabulary - 2, eos_token_id=vocabulary - 1, pad_token_id=0,
    )  # fmt: skip
    return t.CLIPTextModelWithProjection(config)


def full(folder):
    for name, width, heads, embedding in [("vit-b32", 512, 8, 512), ("rn50", 512, 8, 1024)]:
        torch.manual_seed(3)
        net = hugging_face(49408, 77, width, 12, heads, 4 * width, embedding)
        net.eval()
        out = os.path.join(folder, name)
        net.save_pretrained(out)
        ids = texts(49408, [5, 77, 12, 30], 77)
        with torch.no_grad():
            embeddings = net(input_ids=ids).text_embeds
        save_file({"ids": ids, "embeddings": embeddings}, os.path.join(out, "expected.safetensors"))


if len(sys.argv) > 2 and sys.argv[1] == "--full":
    full(sys.argv[2])
    sys.exit()
for act in ["quick_gelu", "gelu"]:
    model = hugging_face(act=act)
    write("text-" + act.replace("_", "-"), model, lambda ids: model(input_ids=ids).text_embeds)
from open_clip.model import CLIP  # noqa: E402

model = CLIP(
    embed_dim=24,
    vision_cfg=dict(image_size=8, layers=1, width=64, patch_size=4, mlp_ratio=1),
    text_cfg=dict(context_length=12, vocab_size=VOCABULARY, width=32, heads=2, layers=2, mlp_ratio=2),
)
write("text-open-clip", model, model.encode_text, skip=["visual"])
