"""Golden file of SegGPT: SegGptForImageSegmentation of Hugging Face Transformers as reference.

Run:  pip install torch transformers safetensors && python make_seggpt.py

It holds a small network of random weights under the names that save_pretrained gives them ("state." + name); two canvases, each a
picture above another ("pictures", "targets", normalised); which patches are hidden ("hidden", a half of each canvas at random), what the
network paints ("painted") with the type token of objects, its loss over the hidden patches ("loss") and the loss's gradients
("grad.targets"; "grad." + name as three numbers, see make_vit.py). "classes" is what it paints with the type token of classes and the
lower half hidden, "together" what it paints of the second canvas' lower picture by both canvases' upper ones as examples.

A second file, of the trainer's tests, holds the loss alone: "painted", "targets", "hidden", "loss" and "grad.painted".

Parameters are rounded to bfloat16 before anything is computed, and stored so.

Several examples: the official code (models_seggpt.py) averages the lower halves over the examples within each of the two streams up to
and with the block behind which these are merged; Transformers averages both streams' together in that last block. "together" is the
official way: the layers are run one by one here, with the condition that asks for it.
"""

import os
import tempfile

import torch
import transformers as t
from safetensors.torch import load_file, save_file

HERE = os.path.dirname(os.path.abspath(__file__))
torch.use_deterministic_algorithms(True)
torch.manual_seed(5)
SIDE, PATCH = 16, 4
config = t.SegGptConfig(hidden_size=32, num_hidden_layers=5, num_attention_heads=2, mlp_dim=48, image_size=[2 * SIDE, SIDE], patch_size=PATCH,
                        pretrain_image_size=12, decoder_hidden_size=8, merge_index=1, intermediate_hidden_state_indices=[1, 2, 4], drop_path_rate=0.0)
net = t.SegGptForImageSegmentation(config)
with torch.no_grad():
    for name, value in net.named_parameters():
        if "norm" in name and name.endswith("weight"):
            value.uniform_(0.5, 1.5)
        elif value.dim() > 1 and "token" not in name and "position" not in name and "rel_pos" not in name:
            value.normal_(0, 1.2 / value[0].numel() ** 0.5)
        else:
            value.normal_(0, 0.4)
        value.copy_(value.bfloat16().float())
net.eval()


def fingerprint(x):
    x = x.double().flatten()
    n = torch.arange(x.numel(), dtype=torch.float64)
    return torch.stack([(x * torch.cos(0.37 * n)).sum(), (x * torch.sin(0.59 * n)).sum(), x.norm()]).float()


def saved():
    with tempfile.TemporaryDirectory() as folder:
        net.save_pretrained(folder)
        return load_file(os.path.join(folder, "model.safetensors"))


out = {"state." + k: v.bfloat16() for k, v in saved().items()}
pictures, targets = torch.randn(2, 3, 2 * SIDE, SIDE), torch.randn(2, 3, 2 * SIDE, SIDE, requires_grad=True)
count = 2 * (SIDE // PATCH) ** 2
hidden = torch.stack([torch.randperm(count) < count // 2 for _ in range(2)])


def halves(x):
    return x[:, :, :SIDE], x[:, :, SIDE:]


(above, below), (painted_above, painted_below) = halves(pictures), halves(targets)
said = net(pixel_values=below, prompt_pixel_values=above, prompt_masks=painted_above, labels=painted_below, bool_masked_pos=hidden, embedding_type="instance")
said.loss.backward()
out |= {"painted": said.pred_masks, "loss": said.loss, "grad.targets": targets.grad.clone()}
out |= {"grad." + n: fingerprint(p.grad) for n, p in net.named_parameters() if p.grad is not None}
with torch.no_grad():
    lower = (torch.arange(count) >= count // 2).unsqueeze(0)
    out["classes"] = net(pixel_values=below, prompt_pixel_values=above, prompt_masks=painted_above, labels=painted_below, bool_masked_pos=lower,
                         embedding_type="semantic").pred_masks
    one = torch.cat([below[1:], below[1:]])
    x = net.model.embeddings(torch.cat((above, one), dim=2), targets, embedding_type="instance", bool_masked_pos=lower)
    features = []
    for i, layer in enumerate(net.model.encoder.layers):
        x = layer(x, 2 if i <= config.merge_index else 1, True)[0]
        if i == config.merge_index:
            x = (x[:2] + x[2:]) * 0.5
        if i in config.intermediate_hidden_state_indices:
            features.append(net.model.encoder.layernorm(x))
    out["together"] = net.decoder(torch.cat(features, dim=-1))
out |= {"pictures": pictures, "targets": targets, "hidden": hidden.float()}
painted = said.pred_masks.detach().requires_grad_()
loss = t.models.seggpt.modeling_seggpt.SegGptLoss(config)(painted_above, painted, painted_below, hidden)
loss.backward()
LOSS = os.path.join(HERE, *[".."] * 8, "trainer/src/test/resources/org/maskwright/trainer/incontext/paint-loss.safetensors")
for file, tensors in (
    (os.path.join(HERE, "seggpt.safetensors"), out),
    (os.path.normpath(LOSS), {"painted": painted, "targets": targets, "hidden": hidden.float(), "loss": loss, "grad.painted": painted.grad}),
):
    os.makedirs(os.path.dirname(file), exist_ok=True)
    save_file({k: v.detach().contiguous() for k, v in tensors.items()}, file, metadata={"torch": torch.__version__, "transformers": t.__version__})
    print(file, os.path.getsize(file), {k: tuple(v.shape) for k, v in tensors.items() if "." not in k}, loss.item())
