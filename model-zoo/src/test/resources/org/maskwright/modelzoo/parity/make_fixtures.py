"""Golden files of small models: Hugging Face transformers as the reference, official parameter names.

Run:  python make_fixtures.py          (torch and transformers as printed in each file's metadata)

Each file holds the parameters ("state." + official name), the input ("pixels"), the outputs of every supervised layer
("class.i", "mask.i"; the last is the final one), and the gradients of  sum_i <class.i, cot.class.i> + <mask.i, cot.mask.i>
("grad.pixels" in full; "grad." + official name as three numbers: its products with cos(0.37 n) and sin(0.59 n) and its
L2 norm). cot.* is cos(0.37 n), n the position in the flattened tensor.
Parameters are rounded to bfloat16 before anything is computed, and stored so.
Batch-norm statistics are random, so that frozen normalisation does something; its affine values are frozen.
"""

import json
import os
import re
import sys

import torch
import transformers
from safetensors.torch import save_file
from transformers import (
    DetrConfig,
    Mask2FormerConfig,
    Mask2FormerForUniversalSegmentation,
    MaskFormerConfig,
    MaskFormerForInstanceSegmentation,
    ResNetConfig,
    SwinConfig,
)

HERE = os.path.dirname(os.path.abspath(__file__))
STAGES = ["stage1", "stage2", "stage3", "stage4"]
CLASSES = 3
torch.use_deterministic_algorithms(True)


def resnet():
    return ResNetConfig(embedding_size=4, hidden_sizes=[16, 32, 64, 128], depths=[1, 2, 1, 1], layer_type="bottleneck",
                        out_features=STAGES)


def resnet_basic():
    return ResNetConfig(embedding_size=4, hidden_sizes=[4, 8, 16, 32], depths=[1, 1, 1, 1], layer_type="basic",
                        out_features=STAGES)


def swin():
    return SwinConfig(image_size=64, patch_size=4, embed_dim=4, depths=[2, 2, 2, 2], num_heads=[1, 2, 2, 4], window_size=3,
                      drop_path_rate=0.3, out_features=STAGES)


# ---- Hugging Face name -> official name. A value of None drops the key; q/k/v parts are joined afterwards.
RESNET = [
    (r"embedder\.embedder\.convolution\.weight", "stem.conv1.weight"),
    (r"embedder\.embedder\.normalization\.", "stem.conv1.norm."),
    (r"encoder\.stages\.(\d+)\.layers\.(\d+)\.shortcut\.convolution\.", lambda m: f"res{int(m[1]) + 2}.{m[2]}.shortcut."),
    (r"encoder\.stages\.(\d+)\.layers\.(\d+)\.shortcut\.normalization\.", lambda m: f"res{int(m[1]) + 2}.{m[2]}.shortcut.norm."),
    (r"encoder\.stages\.(\d+)\.layers\.(\d+)\.layer\.(\d+)\.convolution\.",
     lambda m: f"res{int(m[1]) + 2}.{m[2]}.conv{int(m[3]) + 1}."),
    (r"encoder\.stages\.(\d+)\.layers\.(\d+)\.layer\.(\d+)\.normalization\.",
     lambda m: f"res{int(m[1]) + 2}.{m[2]}.conv{int(m[3]) + 1}.norm."),
]
SWIN = [
    (r"^(model|swin)\.", ""),
    (r"embeddings\.patch_embeddings\.projection\.", "patch_embed.proj."),
    (r"embeddings\.norm\.", "patch_embed.norm."),
    (r"^encoder\.layers\.", "layers."),
    (r"layernorm_before", "norm1"),
    (r"layernorm_after", "norm2"),
    (r"attention\.(query|key|value)\.", r"attn.QKV_\1."),
    (r"attention\.self\.(query|key|value)\.", r"attn.QKV_\1."),
    (r"attention\.(q|k|v)_proj\.", r"attn.QKV_\1."),
    (r"attention\.self\.relative_position_bias_table", "attn.relative_position_bias_table"),
    (r"attention\.(relative_position_bias\.)?relative_position_bias_table", "attn.relative_position_bias_table"),
    (r"attention\.output\.dense\.", "attn.proj."),
    (r"attention\.o_proj\.", "attn.proj."),
    (r"intermediate\.dense\.", "mlp.fc1."),
    (r"(?<!attention\.)output\.dense\.", "mlp.fc2."),
    (r"hidden_states_norms\.stage(\d)\.", lambda m: f"norm{int(m[1]) - 1}."),
    (r"hidden_states_norms\.(\d)\.", lambda m: f"norm{m[1]}."),
]
M2F = [
    (r"^model\.pixel_level_module\.decoder\.level_embed", "sem_seg_head.pixel_decoder.transformer.level_embed"),
    (r"^model\.pixel_level_module\.decoder\.input_projections\.", "sem_seg_head.pixel_decoder.input_proj."),
    (r"^model\.pixel_level_module\.decoder\.encoder\.", "sem_seg_head.pixel_decoder.transformer.encoder."),
    (r"pixel_decoder(.*)self_attn_layer_norm", r"pixel_decoder\1norm1"),
    (r"pixel_decoder(.*)final_layer_norm", r"pixel_decoder\1norm2"),
    (r"pixel_decoder(.*)fc(\d)", r"pixel_decoder\1linear\2"),
    (r"^model\.pixel_level_module\.decoder\.mask_projection\.", "sem_seg_head.pixel_decoder.mask_features."),
    (r"^model\.pixel_level_module\.decoder\.(adapter|layer)_1\.0\.", r"sem_seg_head.pixel_decoder.\1_1."),
    (r"^model\.pixel_level_module\.decoder\.(adapter|layer)_1\.1\.", r"sem_seg_head.pixel_decoder.\1_1.norm."),
    (r"^model\.transformer_module\.queries_features", "sem_seg_head.predictor.query_feat"),
    (r"^model\.transformer_module\.queries_embedder", "sem_seg_head.predictor.query_embed"),
    (r"^model\.transformer_module\.level_embed", "sem_seg_head.predictor.level_embed"),
    (r"^model\.transformer_module\.decoder\.layernorm", "sem_seg_head.predictor.decoder_norm"),
    (r"^model\.transformer_module\.decoder\.mask_predictor\.mask_embedder\.(\d)\.0\.", r"sem_seg_head.predictor.mask_embed.layers.\1."),
    (r"^model\.transformer_module\.decoder\.layers\.(\d+)\.self_attn\.(q|k|v)_proj\.",
     r"sem_seg_head.predictor.transformer_self_attention_layers.\1.self_attn.QKV_\2."),
    (r"^model\.transformer_module\.decoder\.layers\.(\d+)\.self_attn\.", r"sem_seg_head.predictor.transformer_self_attention_layers.\1.self_attn."),
    (r"^model\.transformer_module\.decoder\.layers\.(\d+)\.self_attn_layer_norm", r"sem_seg_head.predictor.transformer_self_attention_layers.\1.norm"),
    (r"^model\.transformer_module\.decoder\.layers\.(\d+)\.cross_attn\.", r"sem_seg_head.predictor.transformer_cross_attention_layers.\1.multihead_attn."),
    (r"^model\.transformer_module\.decoder\.layers\.(\d+)\.cross_attn_layer_norm", r"sem_seg_head.predictor.transformer_cross_attention_layers.\1.norm"),
    (r"^model\.transformer_module\.decoder\.layers\.(\d+)\.fc(\d)", r"sem_seg_head.predictor.transformer_ffn_layers.\1.linear\2"),
    (r"^model\.transformer_module\.decoder\.layers\.(\d+)\.final_layer_norm", r"sem_seg_head.predictor.transformer_ffn_layers.\1.norm"),
    (r"^class_predictor\.", "sem_seg_head.predictor.class_embed."),
]
DETR_LAYER = r"sem_seg_head.predictor.transformer.decoder.layers.\1."
MF = [
    (r"^model\.pixel_level_module\.decoder\.fpn\.stem\.0\.", "sem_seg_head.pixel_decoder.layer_4."),
    (r"^model\.pixel_level_module\.decoder\.fpn\.stem\.1\.", "sem_seg_head.pixel_decoder.layer_4.norm."),
    (r"^model\.pixel_level_module\.decoder\.fpn\.layers\.(\d)\.(proj|block)\.(\d)\.",
     lambda m: "sem_seg_head.pixel_decoder."
     + f"{'adapter' if m[2] == 'proj' else 'layer'}_{3 - int(m[1])}." + ("norm." if m[3] == "1" else "")),
    (r"^model\.pixel_level_module\.decoder\.mask_projection\.", "sem_seg_head.pixel_decoder.mask_features."),
    (r"^model\.transformer_module\.queries_embedder", "sem_seg_head.predictor.query_embed"),
    (r"^model\.transformer_module\.input_projection\.", "sem_seg_head.predictor.input_proj."),
    (r"^model\.transformer_module\.decoder\.layernorm", "sem_seg_head.predictor.transformer.decoder.norm"),
    (r"^model\.transformer_module\.decoder\.layers\.(\d+)\.self_attn\.(q|k|v)_proj\.", DETR_LAYER + r"self_attn.QKV_\2."),
    (r"^model\.transformer_module\.decoder\.layers\.(\d+)\.self_attn\.(out|o)_proj\.", DETR_LAYER + "self_attn.out_proj."),
    (r"^model\.transformer_module\.decoder\.layers\.(\d+)\.encoder_attn\.(q|k|v)_proj\.", DETR_LAYER + r"multihead_attn.QKV_\2."),
    (r"^model\.transformer_module\.decoder\.layers\.(\d+)\.encoder_attn\.(out|o)_proj\.", DETR_LAYER + "multihead_attn.out_proj."),
    (r"^model\.transformer_module\.decoder\.layers\.(\d+)\.self_attn_layer_norm", DETR_LAYER + "norm1"),
    (r"^model\.transformer_module\.decoder\.layers\.(\d+)\.encoder_attn_layer_norm", DETR_LAYER + "norm2"),
    (r"^model\.transformer_module\.decoder\.layers\.(\d+)\.final_layer_norm", DETR_LAYER + "norm3"),
    (r"^model\.transformer_module\.decoder\.layers\.(\d+)\.(mlp\.)?fc(\d)", DETR_LAYER + r"linear\3"),
    (r"^class_predictor\.", "sem_seg_head.predictor.class_embed."),
    (r"^mask_embedder\.(\d)\.0\.", r"sem_seg_head.predictor.mask_embed.layers.\1."),
]


def rename(key, rules):
    for pattern, to in rules:
        key = re.sub(pattern, to, key)
    return key


def official(tensors, head_rules, backbone_rules):
    out, parts = {}, {}
    encoder = "model.pixel_level_module.encoder."
    for key, value in tensors.items():
        if re.search(r"num_batches_tracked|relative_position_index|criterion\.", key):
            continue
        if re.match(re.escape(encoder) + r"(model|swin)\.layernorm\.", key):  # Swin's final norm: not in the segmentation variant
            continue
        name = "backbone." + rename(key[len(encoder):], backbone_rules) if key.startswith(encoder) else rename(key, head_rules)
        found = re.match(r"(.*)QKV_(\w)\w*\.(weight|bias)$", name)
        if found:
            parts.setdefault((found[1], found[3]), {})[found[2]] = value
        else:
            out[name] = value
    for (prefix, kind), qkv in parts.items():
        fused = "qkv." + kind if ".attn." in prefix else "in_proj_" + kind
        out[prefix + fused] = torch.cat([qkv["q"], qkv["k"], qkv["v"]])
    return {k: v.detach().clone().contiguous() for k, v in out.items()}


def cotangent(t):
    return torch.cos(0.37 * torch.arange(t.numel(), dtype=torch.float64)).float().reshape(t.shape)


def shake(model):
    """Values that a fresh model has at 0 or 1 become ordinary numbers."""
    for name, p in list(model.named_parameters()) + list(model.named_buffers()):
        if name.endswith("running_var"):
            p.data.uniform_(0.5, 2.0)
        elif name.endswith("running_mean"):
            p.data.normal_(0, 0.2)
        elif p.dtype.is_floating_point and p.dim() == 1 and "empty_weight" not in name:
            p.data.add_(torch.randn_like(p) * 0.1)
        elif "sampling_offsets.weight" in name or "attention_weights.weight" in name or "bias_table" in name:
            p.data.normal_(0, 0.2)
        elif p.dtype.is_floating_point and p.dim() > 1 and p.std() < 0.03:
            p.data.mul_(4.0)
        if p.dtype.is_floating_point:
            p.data.copy_(p.data.bfloat16())


def fingerprint(t):
    flat = t.detach().double().flatten()
    n = torch.arange(flat.numel(), dtype=torch.float64)
    return torch.stack([(flat * torch.cos(0.37 * n)).sum(), (flat * torch.sin(0.59 * n)).sum(), flat.norm()]).float()


def make(name, model, head_rules, backbone_rules, batch, height, width, layers):
    shake(model)
    model.eval()
    for key, p in model.named_parameters():
        if "normalization" in key:
            p.requires_grad_(False)
    pixels = torch.randn(batch, 3, height, width, requires_grad=True)
    outputs = layers(model, pixels)
    total = 0
    saved = {"pixels": pixels.detach()}
    for i, output in enumerate(outputs):
        for what, values in zip(("class", "mask"), output):
            if values is not None:
                saved[f"{what}.{i}"] = values.detach().contiguous()
                total = total + (values * cotangent(values)).sum()
    total.backward()
    saved["grad.pixels"] = pixels.grad
    state = official(model.state_dict(), head_rules, backbone_rules)
    grads = {k: p.grad for k, p in model.named_parameters() if p.grad is not None}
    assert all(torch.equal(v, v.bfloat16().float()) for v in state.values())
    saved.update({"state." + k: v.bfloat16() for k, v in state.items()})
    saved.update({"grad." + k: fingerprint(v) for k, v in official(grads, head_rules, backbone_rules).items()})
    path = os.path.join(HERE, name + ".safetensors")
    meta = {"torch": torch.__version__, "transformers": transformers.__version__, "python": sys.version.split()[0]}
    save_file(saved, path, metadata=meta)
    print(f"{name}: {os.path.getsize(path) / 1024:.0f} KiB, {sum(v.numel() for v in state.values())} values")


def mask2former(backbone, mask=32):
    return Mask2FormerForUniversalSegmentation(Mask2FormerConfig(
        backbone_config=backbone, feature_size=32, mask_feature_size=mask, hidden_dim=32, encoder_feedforward_dim=48,
        encoder_layers=2, decoder_layers=5, num_attention_heads=4, dim_feedforward=48, num_queries=5, num_labels=CLASSES,
        use_auxiliary_loss=True))


def mask2former_layers(model, pixels):
    out = model(pixel_values=pixels, output_hidden_states=True, output_auxiliary_logits=True)
    aux = [(a["class_queries_logits"], a["masks_queries_logits"]) for a in out.auxiliary_logits]
    return aux + [(out.class_queries_logits, out.masks_queries_logits)]


def maskformer(backbone, mask=32):
    detr = DetrConfig(d_model=32, decoder_layers=3, decoder_attention_heads=4, decoder_ffn_dim=48, encoder_layers=0,
                      num_queries=5, dropout=0.0)
    return MaskFormerForInstanceSegmentation(MaskFormerConfig(
        backbone_config=backbone, decoder_config=detr, fpn_feature_size=32, mask_feature_size=mask, num_labels=CLASSES,
        use_auxiliary_loss=False))


def maskformer_layers(model, pixels):
    """The reference's own auxiliary outputs lack the final normalisation (official: on every layer's state), so they are
    formed here from the layers' states; the last one is checked against the model's."""
    states = []
    decoder = model.model.transformer_module.decoder
    hooks = [layer.register_forward_hook(lambda m, i, o: states.append(o[0] if isinstance(o, tuple) else o)) for layer in decoder.layers]
    out = model(pixel_values=pixels, output_hidden_states=True)
    for hook in hooks:
        hook.remove()
    features = out.pixel_decoder_last_hidden_state
    layers = []
    for state in states:
        normed = decoder.layernorm(state)
        layers.append((model.class_predictor(normed), torch.einsum("bqc,bchw->bqhw", model.mask_embedder(normed), features)))
    assert torch.allclose(layers[-1][1], out.masks_queries_logits, atol=1e-5)
    return layers


if __name__ == "__main__":
    # 97x131 is padded by Maskwright to 128x160 where the configuration says so; here the models see it as it is.
    torch.manual_seed(1)
    make("mask2former-resnet", mask2former(resnet()), M2F, RESNET, 1, 97, 131, mask2former_layers)
    torch.manual_seed(2)
    make("mask2former-swin", mask2former(swin()), M2F, SWIN, 2, 33, 70, mask2former_layers)
    torch.manual_seed(3)
    make("maskformer-resnet", maskformer(resnet_basic()), MF, RESNET, 2, 64, 45, maskformer_layers)
    torch.manual_seed(4)
    make("maskformer-swin", maskformer(swin()), MF, SWIN, 1, 61, 79, maskformer_layers)
    # Masks wider than queries: the two widths are told apart.
    torch.manual_seed(5)
    make("mask2former-wide-masks", mask2former(resnet_basic(), mask=48), M2F, RESNET, 1, 33, 45, mask2former_layers)
    torch.manual_seed(6)
    make("maskformer-wide-masks", maskformer(resnet_basic(), mask=48), MF, RESNET, 1, 33, 45, maskformer_layers)
