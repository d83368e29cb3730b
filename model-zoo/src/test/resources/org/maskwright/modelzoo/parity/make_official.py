"""Golden files of small models whose reference is MaskFormer's own code: the transformer-encoder pixel decoder and the two
per-pixel baselines, which Hugging Face transformers does not have.

Run:  git clone https://github.com/facebookresearch/MaskFormer
      python make_official.py MaskFormer          (the files of mask_former/modeling are loaded as they are)

detectron2 and fvcore are not needed: of them those files use a convolution followed by a normalisation and an activation, a
registry, and initial values, which the stand-ins below supply. Contents and rounding are those of make_fixtures.py; a
per-pixel model has no "class.i".
"""

import collections
import importlib
import os
import sys
import types

import torch
from torch import nn
from transformers import ResNetBackbone

import make_fixtures as common

WIDTH = 32
CLASSES = common.CLASSES


class Conv2d(nn.Conv2d):
    """detectron2's: convolution, then norm, then activation."""

    def __init__(self, *args, norm=None, activation=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.norm = norm
        self.activation = activation

    def forward(self, x):
        x = super().forward(x)
        x = x if self.norm is None else self.norm(x)
        return x if self.activation is None else self.activation(x)


def module(name, **content):
    out = types.ModuleType(name)
    out.__dict__.update(content)
    sys.modules[name] = out
    return out


def package(name, folder):
    module(name).__path__ = [folder]


class Registry:
    def register(self):
        return lambda cls: cls


ShapeSpec = collections.namedtuple("ShapeSpec", "channels stride")


def load(repository):
    """The modules heads.pixel_decoder, heads.per_pixel_baseline and transformer.transformer_predictor."""
    module("fvcore")
    module("fvcore.nn")
    initial = module("fvcore.nn.weight_init", c2_xavier_fill=lambda m: None, c2_msra_fill=lambda m: None)
    sys.modules["fvcore.nn"].weight_init = initial
    module("detectron2")
    module("detectron2.config", configurable=lambda init: init)
    module("detectron2.layers", Conv2d=Conv2d, ShapeSpec=ShapeSpec, get_norm=lambda norm, width: nn.GroupNorm(32, width))
    module("detectron2.modeling", SEM_SEG_HEADS_REGISTRY=Registry())
    root = os.path.join(repository, "mask_former")
    for name in ["", ".modeling", ".modeling.heads", ".modeling.transformer"]:
        package("mask_former" + name, os.path.join(root, *name.split(".")))
    return [importlib.import_module("mask_former.modeling." + name)
            for name in ["heads.pixel_decoder", "heads.per_pixel_baseline", "transformer.transformer_predictor"]]


class Model(nn.Module):
    """Parameters are called as make_fixtures.official expects a backbone and, beyond it, as the official model has them."""

    def __init__(self, backbone, pixel_decoder, predictor):
        super().__init__()
        self.model = nn.Module()
        self.model.pixel_level_module = nn.Module()
        self.model.pixel_level_module.encoder = backbone
        self.sem_seg_head = nn.Module()
        self.sem_seg_head.pixel_decoder = pixel_decoder
        self.sem_seg_head.predictor = predictor

    def features(self, pixels):
        maps = dict(zip(SHAPES, self.model.pixel_level_module.encoder(pixels).feature_maps))
        mask_features, memory = self.sem_seg_head.pixel_decoder.forward_features(maps)
        return mask_features, maps["res5"] if memory is None else memory


SHAPES = {f"res{i + 2}": ShapeSpec(channels, 4 << i) for i, channels in enumerate(common.resnet_basic().hidden_sizes)}


def predictor(cls, in_channels, queries, classify):
    return cls(in_channels, classify, num_classes=CLASSES, hidden_dim=WIDTH, num_queries=queries, nheads=4, dropout=0.0,
               dim_feedforward=48, enc_layers=0, dec_layers=3, pre_norm=False, deep_supervision=True, mask_dim=WIDTH,
               enforce_input_project=False)


def layers(model, pixels):
    mask_features, memory = model.features(pixels)
    if isinstance(model.sem_seg_head.predictor, nn.Conv2d):
        return [(None, model.sem_seg_head.predictor(mask_features))]
    out = model.sem_seg_head.predictor(memory, mask_features)
    return [(o.get("pred_logits"), o["pred_masks"]) for o in out["aux_outputs"] + [out]]


def main(repository):
    pixel, baseline, transformer = load(repository)
    sizes = dict(conv_dim=WIDTH, mask_dim=WIDTH, norm="GN")

    def fpn():
        return pixel.BasePixelDecoder(SHAPES, **sizes)

    torch.manual_seed(5)
    encoder = pixel.TransformerEncoderPixelDecoder(
        SHAPES, transformer_dropout=0.0, transformer_nheads=4, transformer_dim_feedforward=48, transformer_enc_layers=2,
        transformer_pre_norm=False, **sizes)
    head = predictor(transformer.TransformerPredictor, WIDTH, 5, True)
    common.make("maskformer-encoder", Model(backbone(), encoder, head), [], common.RESNET, 1, 39, 53, layers)
    torch.manual_seed(6)
    head = baseline.PerPixelBaselineHead(SHAPES, num_classes=CLASSES, pixel_decoder=fpn())
    common.make("per-pixel", Model(backbone(), head.pixel_decoder, head.predictor), [], common.RESNET, 2, 31, 37, layers)
    torch.manual_seed(7)
    head = baseline.PerPixelBaselinePlusHead(
        SHAPES, transformer_predictor=predictor(transformer.TransformerPredictor, SHAPES["res5"].channels, CLASSES, False),
        transformer_in_feature="res5", deep_supervision=True, num_classes=CLASSES, pixel_decoder=fpn())
    common.make("per-pixel-plus", Model(backbone(), head.pixel_decoder, head.predictor), [], common.RESNET, 1, 33, 45, layers)


def backbone():
    config = common.resnet_basic()
    config.out_features = common.STAGES
    return ResNetBackbone(config)


if __name__ == "__main__":
    main(sys.argv[1])
