"""What each key of config.json does to a model's results in Hugging Face Transformers.

    python make_huggingface_settings.py

Made with transformers 5.24.0, torch 2.15.0. For each of four tiny random models (huggingface_settings/NAME/: config.json and weights in
bfloat16) every key of its configuration classes, and every key that files of older releases hold, is set to another value; the folder
is loaded by from_pretrained. huggingface_settings/verdicts.tsv has a line for each:

    model, key, value as JSON, verdict, six numbers

The verdict is "same" (the results are those of the model as it is), "differs", or "refused" (it cannot be built, or tensors of the file
are missing or of another shape). The numbers are, of class logits and then of mask logits, the products with cos(0.37 n) and
sin(0.59 n) and the L2 norm. The pixels are cos(0.37 n), [1,3,96,128]. The key "" stands for the model as it is.
"""

import copy
import dataclasses
import json
import logging
import os
import pathlib
import shutil
import tempfile

import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import (
    DetrConfig,
    Mask2FormerConfig,
    Mask2FormerForUniversalSegmentation,
    MaskFormerConfig,
    MaskFormerForInstanceSegmentation,
    ResNetConfig,
    SwinConfig,
)

HERE = pathlib.Path(__file__).parent / "huggingface_settings"
STAGES = ["stage1", "stage2", "stage3", "stage4"]
transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()
logging.disable(logging.CRITICAL)
torch.use_deterministic_algorithms(True)


def resnet(layer_type, sizes):
    return ResNetConfig(embedding_size=4, hidden_sizes=sizes, depths=[1, 1, 1, 1], layer_type=layer_type, out_features=STAGES)


def swin():
    return SwinConfig(image_size=64, patch_size=4, embed_dim=4, depths=[1, 2, 1, 1], num_heads=[1, 2, 2, 4], window_size=2,
                      mlp_ratio=2.0, out_features=STAGES)


def mask2former(backbone):
    return Mask2FormerForUniversalSegmentation(Mask2FormerConfig(
        backbone_config=backbone, feature_size=32, mask_feature_size=32, hidden_dim=32, encoder_feedforward_dim=16, encoder_layers=1,
        decoder_layers=3, num_attention_heads=4, dim_feedforward=16, num_queries=3, num_labels=2))


def maskformer(backbone):
    detr = DetrConfig(d_model=32, decoder_layers=2, decoder_attention_heads=4, decoder_ffn_dim=16, encoder_layers=1, num_queries=3)
    return MaskFormerForInstanceSegmentation(MaskFormerConfig(
        backbone_config=backbone, decoder_config=detr, fpn_feature_size=32, mask_feature_size=32, num_labels=2))


MODELS = {
    "mask2former-resnet": lambda: mask2former(resnet("bottleneck", [16, 32, 64, 128])),
    "mask2former-swin": lambda: mask2former(swin()),
    "maskformer-resnet": lambda: maskformer(resnet("basic", [4, 8, 16, 32])),
    "maskformer-swin": lambda: maskformer(swin()),
}

# Keys that no class of this release has but files of older ones hold, or that a class takes under another name.
OLDER = {
    "": {
        "_name_or_path": "x/y", "torch_dtype": "float16", "pruned_heads": {"0": [0]}, "torchscript": True, "use_bfloat16": True,
        "is_decoder": True, "add_cross_attention": True, "tie_encoder_decoder": True, "tie_word_embeddings": False,
        "finetuning_task": "x", "output_attentions": True, "return_dict_in_generate": True, "num_labels": 5,
        "label2id": {"a": 0}, "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2, "backbone": "resnet50",
        "use_pretrained_backbone": True, "use_timm_backbone": True, "backbone_kwargs": {"x": 1}, "enforce_input_proj": True,
        "max_length": 5, "temperature": 2.0, "not_a_key": 1, "maskwright": {"licence": "x"},
    },
    "backbone_config": {
        "num_layers": 3, "num_hidden_layers": 3, "hidden_size": 7, "num_attention_heads": [2, 2, 2, 2], "path_norm": False,
        "encoder_stride": 16, "stage_names": ["a", "b", "c", "d", "e"], "out_features": ["stage2", "stage3", "stage4"],
        "out_indices": [2, 3, 4], "_out_features": ["stage4"], "pruned_heads": {"0": [0]}, "torch_dtype": "float16", "id2label": {"0": "x"},
        "not_a_key": 1, "model_type": "convnext", "output_attentions": True, "chunk_size_feed_forward": 2,
    },
    "decoder_config": {
        "hidden_size": 64, "num_attention_heads": 2, "num_hidden_layers": 3, "max_position_embeddings": 7, "scale_embedding": True,
        "use_timm_backbone": False, "use_pretrained_backbone": False, "backbone": "resnet18", "normalize_before": True,
        "model_type": "conditional_detr", "not_a_key": 1, "torch_dtype": "float16", "pre_norm": True,
    },
}
# Other values than the general rule gives.
VALUES = {
    "activation_function": "gelu", "hidden_act": "silu", "layer_norm_eps": 0.01, "position_embedding_type": "learned",
    "layer_type": None, "patch_size": 2, "num_channels": 4, "window_size": 3, "common_stride": 8, "feature_strides": [4, 16, 32, 64],
    "mlp_ratio": 4.0, "num_heads": [2, 2, 2, 4], "num_attention_heads": 2, "decoder_attention_heads": 2, "transformers_version": "4.30.0",
    "dtype": "float16", "problem_type": "regression", "architectures": ["X"], "encoder_layers": 2,
    "output_auxiliary_logits": True, "id2label": {"0": "a", "1": "b", "2": "c"}, "depths": [1, 1, 2, 1], "hidden_sizes": [16, 32, 64, 256],
    "chunk_size_feed_forward": 2, "image_size": 128, "train_num_points": 77, "label2id": {"a": 0},
}


def other(key, value):
    if key in VALUES:
        return VALUES[key] if key != "layer_type" else ("basic" if value == "bottleneck" else "bottleneck")
    if key == "decoder_layers":  # one less, for which the file has too many tensors and none is missing
        return value - 1
    if isinstance(value, bool) or value is None:
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, float):
        return value + 0.25
    raise ValueError(f"no other value for {key} = {value}")


def pixels():
    n = torch.arange(3 * 96 * 128, dtype=torch.float64)
    return torch.cos(0.37 * n).float().reshape(1, 3, 96, 128)


def fingerprint(t):
    flat = t.detach().double().flatten()
    n = torch.arange(flat.numel(), dtype=torch.float64)
    return [(flat * torch.cos(0.37 * n)).sum().item(), (flat * torch.sin(0.59 * n)).sum().item(), flat.norm().item()]


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


def run(kind, folder):
    try:
        model, info = kind.from_pretrained(folder, output_loading_info=True, dtype=torch.float32)
    except Exception:
        return None
    if info["missing_keys"] or info["mismatched_keys"]:
        return None
    try:
        with torch.no_grad():
            out = model.eval()(pixel_values=pixels(), output_hidden_states=True, return_dict=True)
        return fingerprint(out.class_queries_logits) + fingerprint(out.masks_queries_logits)
    except Exception:
        return None


def keys(config):
    """Path and other value of each key."""
    for section in ("", "backbone_config", "decoder_config"):
        if section and not hasattr(config, section):
            continue
        part = getattr(config, section) if section else config
        found = {}
        for field in dataclasses.fields(part):
            if field.name.startswith("_out_") or field.name in ("backbone_config", "decoder_config"):
                continue
            found[field.name] = other(field.name, getattr(part, field.name, None))
        found.update({k: v for k, v in OLDER[section].items() if k not in found})
        if isinstance(part, ResNetConfig):
            for key in ("num_heads", "num_attention_heads"):
                found.pop(key, None)
        for key, value in found.items():
            yield (section + "." if section else "") + key, value


def make(name):
    torch.manual_seed(sum(map(ord, name)))
    model = MODELS[name]()
    shake(model)
    out = HERE / name
    shutil.rmtree(out, ignore_errors=True)
    model.save_pretrained(out)
    tensors = load_file(out / "model.safetensors")
    # In bfloat16, which is half the size; embeddings of a resolution and counters stay.
    tensors = {k: v.bfloat16() if v.dtype == torch.float32 else v for k, v in tensors.items()}
    save_file(tensors, out / "model.safetensors", metadata={"format": "pt"})
    for extra in out.iterdir():
        if extra.name not in ("config.json", "model.safetensors"):
            extra.unlink()
    config = json.loads((out / "config.json").read_text())
    base = run(type(model), out)
    assert base is not None, name
    yield [name, "", "null", "same"] + base
    for key, value in keys(model.config):
        changed = copy.deepcopy(config)
        part = changed
        *path, last = key.split(".")
        for step in path:
            part = part[step]
        part[last] = value
        with tempfile.TemporaryDirectory() as folder:
            os.symlink(out / "model.safetensors", os.path.join(folder, "model.safetensors"))
            pathlib.Path(folder, "config.json").write_text(json.dumps(changed))
            got = run(type(model), folder)
        if got is None:
            yield [name, key, json.dumps(value), "refused"]
        else:
            same = all(abs(a - b) <= 1e-5 * abs(base[i // 3 * 3 + 2]) for i, (a, b) in enumerate(zip(got, base)))
            yield [name, key, json.dumps(value), "same" if same else "differs"] + got


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    with open(HERE / "verdicts.tsv", "w") as f:
        for name in MODELS:
            for line in make(name):
                print(*[f"{v:.9g}" if isinstance(v, float) else v for v in line], sep="\t", file=f)
