"""Makes template-weights.npz: scores and weights of templates by zero-shot prompt ensembling (arXiv 2302.06235) in float64.

Run:  python make_template_weights.py   (numpy alone)
"""
import numpy as np

rng = np.random.default_rng(11)
N, P, K, D, SCALE = 300, 7, 5, 8, 30.0


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


text = unit(rng.normal(size=(K, P, D)) + 0.5).astype(np.float32)
images = (unit(rng.normal(size=(N, D)) + 0.7) * rng.uniform(0.5, 2, size=(N, 1))).astype(np.float32)
pretrain = (unit(rng.normal(size=(50, D))) * 3).astype(np.float32)
z, t = unit(images.astype(np.float64)), text.astype(np.float64)
logits = SCALE * np.einsum("nd,kpd->npk", z, t)
of_pretrain = SCALE * np.einsum("nd,kpd->npk", unit(pretrain.astype(np.float64)), t)
out = {"names": np.array([f"c{k}" for k in range(K)]), "templates": np.array([f"{p} {{}}" for p in range(P)]), "embeddings": text}
out |= {"images": images, "pretrain": pretrain, "scale": np.float64(SCALE)}
for name, mean in {
    "naive": 0,
    "test": logits.mean(0),
    "both": 0.5 * (logits.mean(0) + of_pretrain.mean(0)),
}.items():
    scores = (logits - mean).max(-1).mean(0)
    e = np.exp(scores - scores.max())
    median = np.median(scores)
    kept = (scores - median) / np.median(np.abs(scores - median)) > 0.5
    out |= {name + ".scores": scores, name + ".weights": e / e.sum(), name + ".selected": e * kept / (e * kept).sum()}
np.savez("template-weights.npz", **out)
