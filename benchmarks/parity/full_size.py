"""Full-size models against Hugging Face transformers, weights going both ways through files.

For each model: transformers makes random weights and writes them (save_pretrained); `maskwright import` reads them;
`maskwright inspect outputs` on both backends is compared with transformers on the same input; `maskwright export --to hf`
writes them back, and transformers loads the copy (from_pretrained, nothing missing or unexpected, every tensor equal). Then a
model with Maskwright's own initial values around a random backbone file goes the same way: import --model, export, from_pretrained.
`export --to official` must load with torch.load(weights_only=True) under the names that the Maskwright folder has.

    python benchmarks/parity/full_size.py --out DIR [--only mask2former-r50 ...] [--size 384x384] [--maskwright ./maskwright]

Masked attention blocks where a mask logit is below 0: where a logit is 0 but for rounding, two correct implementations may decide
differently, and every later output differs by more than rounding. The input is therefore the first random one for which the
reference's own logits at the attention's size all stay MARGIN away from 0; its seed is printed.

Needs torch, transformers and safetensors; about 1 GB of disk per model, 4 GB of memory. Prints a Markdown table; exit code 1 if
an output differs by more than 1e-4 of its largest value.
"""

import argparse
import pathlib
import subprocess
import sys

import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import (
    DetrConfig,
    EomtConfig,
    EomtForUniversalSegmentation,
    Mask2FormerConfig,
    Mask2FormerForUniversalSegmentation,
    MaskFormerConfig,
    MaskFormerForInstanceSegmentation,
    ResNetConfig,
    SwinConfig,
)

EOMT = {"s": (384, 12, 6, 3), "b": (768, 12, 12, 3)}  # width, depth, heads, blocks with queries, of DINOv2 with registers
SIDE = 640  # of EoMT's images, which are square
STAGES = ["stage1", "stage2", "stage3", "stage4"]
TOLERANCE = 1e-4
MARGIN = 2e-6
HOME = pathlib.Path(__file__).resolve().parents[2]


def backbone(name):
    if name == "r50":
        return ResNetConfig(depths=[3, 4, 6, 3], layer_type="bottleneck", out_features=STAGES)
    return SwinConfig(image_size=224, embed_dim=96, depths=[2, 2, 6, 2], num_heads=[3, 6, 12, 24], window_size=7, drop_path_rate=0.3,
                      out_features=STAGES)


def build(model):
    family, name = model.split("-", 1)
    if family == "eomt":
        width, depth, heads, blocks = EOMT[name]
        return EomtForUniversalSegmentation(EomtConfig(
            hidden_size=width, num_hidden_layers=depth, num_attention_heads=heads, num_blocks=blocks, image_size=SIDE, patch_size=16,
            num_queries=200, num_register_tokens=4, num_labels=133))
    if family == "mask2former":
        return Mask2FormerForUniversalSegmentation(Mask2FormerConfig(
            backbone_config=backbone(name), num_labels=133, use_auxiliary_loss=True))
    return MaskFormerForInstanceSegmentation(MaskFormerConfig(
        backbone_config=backbone(name), decoder_config=DetrConfig(num_queries=100, dropout=0.0), num_labels=150))


def loader(model):
    if model.startswith("eomt"):
        return EomtForUniversalSegmentation
    return Mask2FormerForUniversalSegmentation if model.startswith("mask2former") else MaskFormerForInstanceSegmentation


def shake(model):
    """Values that a fresh model has at 0 or 1 become ordinary numbers, so that each of them counts."""
    for key, p in list(model.named_parameters()) + list(model.named_buffers()):
        if key.endswith("running_var"):
            p.data.uniform_(0.5, 2.0)
        elif key.endswith("running_mean"):
            p.data.normal_(0, 0.2)
        elif key.endswith("attn_mask_probs"):
            p.data.zero_()  # masks given up, as after a training
        elif p.dtype.is_floating_point and p.dim() == 1 and "empty_weight" not in key:
            p.data.add_(torch.randn_like(p) * 0.05)
        elif "sampling_offsets.weight" in key or "attention_weights.weight" in key or "bias_table" in key:
            p.data.normal_(0, 0.1)


def maskwright(args, *words):
    done = subprocess.run([args.maskwright, *map(str, words)], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"maskwright {' '.join(map(str, words))}\n{done.stdout}\n{done.stderr}")
    return done.stdout


@torch.no_grad()
def reference(model, pixels):
    model.eval()
    aux = {"output_auxiliary_logits": True} if isinstance(model, Mask2FormerForUniversalSegmentation) else {}
    out = model(pixel_values=pixels, **aux)
    result = {"class_logits": out.class_queries_logits, "mask_logits": out.masks_queries_logits}
    for i, layer in enumerate((out.auxiliary_logits or []) if aux else []):
        result[f"aux_class_logits.{i}"] = layer["class_queries_logits"]
        result[f"aux_mask_logits.{i}"] = layer["masks_queries_logits"]
    return result


def compare(expected, actual):
    """Largest difference, and the largest of each output's difference by its largest value."""
    most, relative = 0.0, 0.0
    for key, value in expected.items():
        assert value.shape == actual[key].shape, (key, value.shape, actual[key].shape)
        difference = (value - actual[key]).abs().max().item()
        most = max(most, difference)
        relative = max(relative, difference / value.abs().max().item())
    return most, relative


def decided(result, height, width):
    """Whether no attention mask hangs on rounding; True for models without masked attention."""
    for i in range(sum(key.startswith("aux_mask_logits.") for key in result)):
        stride = 32 >> i % 3
        size = (-(-height // stride), -(-width // stride))
        logits = torch.nn.functional.interpolate(result[f"aux_mask_logits.{i}"], size=size, mode="bilinear", align_corners=False)
        if logits.abs().min() < MARGIN:
            return False
    return True


def example(name, model, args):
    """A decided random input and what the reference gives for it."""
    height, width = (SIDE, SIDE) if name.startswith("eomt") else map(int, args.size.split("x"))
    for seed in range(100):
        pixels = torch.randn(1, 3, height, width, generator=torch.Generator().manual_seed(seed))
        result = reference(model, pixels)
        if decided(result, height, width):
            return seed, pixels, result
    sys.exit("no decided input among 100")


def outputs(args, folder, pixels, backend):
    source, target = args.out / "in.safetensors", args.out / "out.safetensors"
    save_file({"pixel_values": pixels}, source)
    target.unlink(missing_ok=True)
    maskwright(args, "inspect", "outputs", folder, "--input", source, "--out", target, "--backend", backend)
    return load_file(target)


def fresh(folder):
    if folder.exists():
        for file in folder.iterdir():
            file.unlink()
    return folder


def load(model, folder):
    theirs, info = loader(model).from_pretrained(folder, output_loading_info=True)
    for what in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        assert not info[what], (folder, what, list(info[what])[:5])
    return theirs


def official(args, folder, model):
    out = fresh(args.out / (model + "-official"))
    maskwright(args, "export", folder, "--to", "official", "--out", out)
    state = torch.load(out / "model_final.pth", weights_only=True)
    state = state.get("model", state)
    ours = load_file(folder / "model.safetensors")
    if model.startswith("eomt"):  # names of its own code: the same shapes and values under them
        content = [sorted((tuple(v.shape), v.double().sum().item()) for v in some.values()) for some in (state, ours)]
        assert content[0] == content[1]
        return len(state)
    assert set(state) == set(ours), set(state) ^ set(ours)
    for key, value in ours.items():
        assert torch.equal(torch.as_tensor(state[key]), value), key
    return len(state)


def backbone_file(args, model):
    """A file of a random backbone as torchvision (ResNet), Microsoft (Swin) or Meta (DINOv2) would name it."""
    ours = load_file(args.out / (model + "-imported") / "model.safetensors")
    if model.startswith("eomt"):
        names = {key.removeprefix("backbone."): ours[key] for key in ours if key.startswith("backbone.")}
    elif model.endswith("r50"):
        names = {}
        for key in ours:
            if not key.startswith("backbone."):
                continue
            name = key.removeprefix("backbone.").removeprefix("stem.")
            name = name.replace(".shortcut.norm.", ".downsample.1.").replace(".shortcut.", ".downsample.0.")
            for i in range(1, 4):
                name = name.replace(f"conv{i}.norm.", f"bn{i}.")
            if name.startswith("res"):
                name = "layer" + str(int(name[3]) - 1) + name[4:]
            names[name] = ours[key]
    else:
        names = {k.removeprefix("backbone."): v for k, v in ours.items() if k.startswith("backbone.") and ".norm" not in k[:14]}
        names = {k: v for k, v in names.items() if not k.startswith("norm")}
    path = args.out / (model + "-backbone.safetensors")
    save_file(names, path)
    return path


def check(args, model):
    theirs_dir, ours_dir = fresh(args.out / (model + "-made-by-transformers")), fresh(args.out / (model + "-imported"))
    copy_dir = fresh(args.out / (model + "-exported"))
    torch.manual_seed(7)
    theirs = build(model)
    shake(theirs)
    theirs.save_pretrained(theirs_dir)
    theirs = load(model, theirs_dir)
    seed, pixels, expected = example(model, theirs, args)
    maskwright(args, "import", theirs_dir, "--out", ours_dir)
    rows = []
    for backend in args.backends:
        rows.append((model, f"imported, {backend} (seed {seed})", *compare(expected, outputs(args, ours_dir, pixels, backend))))
    maskwright(args, "export", ours_dir, "--to", "hf", "--out", copy_dir)
    copy = load(model, copy_dir)
    back, first = copy.state_dict(), theirs.state_dict()
    assert set(back) == set(first)
    unused = ("num_batches_tracked", ".swin.layernorm.", ".model.layernorm.")  # no output depends on them
    different = [k for k in first if not torch.equal(first[k], back[k]) and not any(u in k for u in unused)]
    assert not different, different[:5]
    rows.append((model, "exported, transformers", *compare(expected, reference(copy, pixels))))
    rows.append((model, f"official .pth, {official(args, ours_dir, model)} tensors", 0.0, 0.0))
    own_dir, own_hf = fresh(args.out / (model + "-own")), fresh(args.out / (model + "-own-exported"))
    classes = args.out / "classes.txt"
    classes.write_text("\n".join(f"class {i}" for i in range(133)))
    file = backbone_file(args, model)
    maskwright(args, "import", file, "--model", model, "--classes", classes, "--out", own_dir)
    maskwright(args, "export", own_dir, "--to", "hf", "--out", own_hf)
    seed, pixels, expected = example(model, load(model, own_hf), args)
    for backend in args.backends:
        rows.append((model, f"own initial values, exported, {backend} (seed {seed})", *compare(expected, outputs(args, own_dir, pixels, backend))))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--only", nargs="+", default=["mask2former-r50", "mask2former-swin-t", "maskformer-r50", "maskformer-swin-t"])
    parser.add_argument("--size", default="384x384")
    parser.add_argument("--backends", nargs="+", default=["torch", "nd4j"])
    parser.add_argument("--maskwright", default=str(HOME / "maskwright"))
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.set_num_threads(2)
    print(f"torch {torch.__version__}, transformers {transformers.__version__}, pixels [1, 3, {args.size}]\n")
    print("| model | way | max abs | relative |\n|---|---|---|---|", flush=True)
    worst = 0.0
    for model in args.only:
        for row in check(args, model):
            worst = max(worst, row[3])
            print("| {} | {} | {:.1e} | {:.1e} |".format(*row), flush=True)
    sys.exit(worst > TOLERANCE)


if __name__ == "__main__":
    main()
