"""Golden files of one whole training step: model, matching, losses and the gradient of every parameter, with Hugging Face
transformers in float64 as the reference and official parameter names.

Run:  python make_gradients.py          (torch and transformers as printed in each file's metadata)

Each file holds the parameters ("state." + name), a batch with the keys of `maskwright inspect gradients` ("batch." + key) and
its result ("result." + key). Gradients of more than 1,024 numbers are three: their products with cos(0.37 n) and
sin(0.59 n) and their L2 norm. The second image has no targets. Models and their names are those of the model zoo's golden files;
matching and losses those of the loss's.
"""

import os
import sys

import torch
import transformers
from safetensors.torch import save_file

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../../../../../../../model-zoo/src/test/resources/org/maskwright/modelzoo/parity"))
sys.path.insert(0, os.path.join(HERE, "../loss"))
import make_fixtures as models  # noqa: E402
import make_losses as losses  # noqa: E402

POINTS = 50
LARGEST = 1024
WIDTH = 64
HEIGHT = 96


def mask2former():
    return models.Mask2FormerForUniversalSegmentation(models.Mask2FormerConfig(
        backbone_config=models.resnet_basic(), feature_size=32, mask_feature_size=32, hidden_dim=32, encoder_feedforward_dim=16,
        encoder_layers=1, decoder_layers=3, num_attention_heads=4, dim_feedforward=16, num_queries=5, num_labels=losses.CLASSES,
        use_auxiliary_loss=True, train_num_points=POINTS))


def maskformer():
    detr = models.DetrConfig(d_model=32, decoder_layers=2, decoder_attention_heads=4, decoder_ffn_dim=16, encoder_layers=0,
                             num_queries=5, dropout=0.0)
    return models.MaskFormerForInstanceSegmentation(models.MaskFormerConfig(
        backbone_config=models.resnet_basic(), decoder_config=detr, fpn_feature_size=32, mask_feature_size=32,
        num_labels=losses.CLASSES, use_auxiliary_loss=False))


def make(name, model, rules, layers, loss, weight, with_points):
    models.shake(model)
    model.eval()  # frozen statistics; there is no dropout
    for key, p in model.named_parameters():
        if "normalization" in key:
            p.requires_grad_(False)
    generator = torch.Generator().manual_seed(9)
    pixels = torch.randn(2, 3, HEIGHT, WIDTH, generator=generator).half()
    truth = [losses.targets(generator, n, HEIGHT, WIDTH) for n in (3, 0)]
    truth = [(m.double(), c) for m, c in truth]
    model.double()  # so that differences are those of the tested side
    loss.double()
    saved = {"batch.pixel_values": pixels}
    for b, (masks, classes) in enumerate(truth):
        saved[f"batch.mask_labels.{b}"], saved[f"batch.class_labels.{b}"] = masks.to(torch.uint8), classes
    outputs = layers(model, pixels.double())
    log = []
    loss.matcher = losses.SkipEmpty(loss.matcher, log)
    if with_points:
        of_matcher = torch.rand(len(outputs), 2, POINTS, 2, generator=generator)
        of_loss = torch.rand(len(outputs), 3, POINTS, 2, generator=generator)
        saved["batch.points.matcher"], saved["batch.points.loss"] = of_matcher, of_loss
        double = [of_matcher.double(), of_loss.double()]
        order = [len(outputs) - 1] + list(range(len(outputs) - 1))
        draws = iter([double[0][l, b][None] for l in order for b in range(2)])
        chosen = iter([double[1][l] for l in order])
        torch.rand, original = lambda *_, **__: next(draws), torch.rand
        loss.sample_points_using_uncertainty = lambda *_: next(chosen)
    aux = [{"class_queries_logits": c, "masks_queries_logits": m} for c, m in outputs[:-1]]
    parts = loss(outputs[-1][1], outputs[-1][0], [m for m, _ in truth], [c for _, c in truth], aux)
    if with_points:
        torch.rand = original
    total = 0
    for key, value in parts.items():
        base = key.rsplit("_", 1)[0] if key[-1].isdigit() else key
        weighted = value * weight[base]
        total = total + weighted
        saved["result.loss." + key.replace("cross_entropy", "ce")] = weighted.detach().reshape(1)
    saved["result.loss.total"] = total.detach().reshape(1)
    total.backward()
    grads = {k: p.grad for k, p in model.named_parameters() if p.grad is not None}
    norm = torch.stack([g.double().norm() for g in grads.values()]).norm()
    saved["result.gradient_norm"] = norm.float().reshape(1)
    for k, v in models.official(grads, rules, models.RESNET).items():
        saved["result.grad." + k] = v if v.numel() <= LARGEST else models.fingerprint(v)
    saved.update({"state." + k: v for k, v in models.official(model.state_dict(), rules, models.RESNET).items()})
    path = os.path.join(HERE, name + ".safetensors")
    meta = {"torch": torch.__version__, "transformers": transformers.__version__, "python": sys.version.split()[0]}
    save_file({k: (v.float() if v.dtype == torch.float64 else v).contiguous() for k, v in saved.items()}, path, metadata=meta)
    print(f"{name}: {os.path.getsize(path) / 1024:.0f} KiB, loss {float(total.detach()):.4f}, norm {float(norm):.4f}")


if __name__ == "__main__":
    torch.manual_seed(1)
    model = mask2former()
    make("gradients-mask2former", model, models.M2F, models.mask2former_layers,
         losses.m2f.Mask2FormerLoss(model.config, {}), {"loss_cross_entropy": 2.0, "loss_mask": 5.0, "loss_dice": 5.0}, True)
    torch.manual_seed(2)
    model = maskformer()
    matcher = losses.mf.MaskFormerHungarianMatcher(1.0, 20.0, 1.0)
    make("gradients-maskformer", model, models.MF, models.maskformer_layers,
         losses.mf.MaskFormerLoss(losses.CLASSES, matcher, {}, 0.1),
         {"loss_cross_entropy": 1.0, "loss_mask": 20.0, "loss_dice": 1.0}, False)
