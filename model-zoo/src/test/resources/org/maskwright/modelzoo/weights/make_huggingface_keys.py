"""Writes huggingface_*.tsv: keys and shapes that Hugging Face Transformers stores for small models.

    python make_huggingface_keys.py

Made with transformers 5.23.0. Full-size lists are not needed: names do not depend on sizes.
"""
import pathlib
import tempfile

from safetensors import safe_open
from transformers import (
    DetrConfig,
    Mask2FormerConfig,
    Mask2FormerForUniversalSegmentation,
    MaskFormerConfig,
    MaskFormerForInstanceSegmentation,
    MaskFormerSwinConfig,
    ResNetConfig,
    SwinConfig,
)

here = pathlib.Path(__file__).parent
stages = ["stage1", "stage2", "stage3", "stage4"]
swin = dict(
    image_size=64, embed_dim=24, depths=[2, 2, 2, 2], num_heads=[1, 2, 4, 8], window_size=4, out_features=stages
)
resnet = dict(embedding_size=16, hidden_sizes=[16, 32, 48, 64], depths=[1, 2, 1, 1], out_features=stages)
m2f = dict(decoder_layers=3, encoder_layers=1, num_queries=5, num_labels=7)
detr = dict(decoder_config=DetrConfig(num_queries=5, decoder_layers=2), num_labels=7)
models = {
    "mask2former_swin": Mask2FormerForUniversalSegmentation(Mask2FormerConfig(backbone_config=SwinConfig(**swin), **m2f)),
    "mask2former_resnet": Mask2FormerForUniversalSegmentation(
        Mask2FormerConfig(backbone_config=ResNetConfig(**resnet), **m2f)
    ),
    "mask2former_resnet_basic": Mask2FormerForUniversalSegmentation(
        Mask2FormerConfig(backbone_config=ResNetConfig(layer_type="basic", **resnet), **m2f)
    ),
    "maskformer_swin": MaskFormerForInstanceSegmentation(
        MaskFormerConfig(backbone_config=MaskFormerSwinConfig(**swin), **detr)
    ),
    "maskformer_resnet": MaskFormerForInstanceSegmentation(
        MaskFormerConfig(backbone_config=ResNetConfig(**resnet), **detr)
    ),
}
for name, model in models.items():
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        with safe_open(folder + "/model.safetensors", "pt") as f:
            lines = [f"{k}\t{'x'.join(map(str, f.get_slice(k).get_shape()))}\n" for k in f.keys()]
    (here / f"huggingface_{name}.tsv").write_text("".join(lines))
