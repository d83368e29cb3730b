"""Golden steps of GSAM (arXiv 2203.08065) on the perceptron of make_sam.py, from its formulas, in float64; what the files hold is said there.

Run: python make_gsam.py        writes CASE.safetensors beside itself for each case below
"""

import torch
from make_sam import adamw, dot, run, sgd


def gsam(name, base, lr, clip, rho_max, rho_min, alpha, end, adaptive=False):
    def radius(factor):
        rate, least = lr * factor, lr * end
        return max(0.0, rho_min + (rho_max - rho_min) * (rate - least) / (lr - least))

    def combine(g, g_p):
        unit = [d / torch.sqrt(dot(g_p, g_p)) for d in g_p]
        along = dot(g, unit)
        orthogonal = [d - along * u for d, u in zip(g, unit)]
        return [d - alpha * o for d, o in zip(g_p, orthogonal)]

    run(name, base, lr, clip, radius, combine, adaptive)


gsam("gsam-sgd", sgd, 0.05, 0.5, 0.6, 0.2, 0.4, 0.1)
gsam("gsam-adamw", adamw, 0.02, 0.0, 0.6, 0.1, 0.6, 0.2)
gsam("gsam-adaptive", sgd, 0.05, 0.0, 0.6, 0.0, 0.4, 0.3, adaptive=True)
