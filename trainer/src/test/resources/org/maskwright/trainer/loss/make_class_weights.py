"""Writes class-weights.safetensors: PyTorch's cross-entropy with weights of classes, its loss and its gradient.

python3 make_class_weights.py     (torch 2.15.0 CPU, safetensors 0.8.0; in this folder)

queries: two images, four queries, three classes and no object (weight 0.1); query i has target i: classes 2 and 0 of the first image, 1 of the second.
pixels: one image of 16 x 16 pixels: class 2 in columns 0 to 4 and class 0 in columns 5 to 8 of the first twelve rows, the rest void.
"""

import torch
from safetensors.torch import save_file

torch.manual_seed(4)
out = {}
weights = torch.tensor([0.25, 3.0, 1.5])

logits = torch.randn(2, 4, 4, requires_grad=True)
labels = torch.tensor([[2, 0, 3, 3], [1, 3, 3, 3]])
loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), weight=torch.cat([weights, torch.tensor([0.1])]))
loss.backward()
out |= {"queries.logits": logits.detach(), "queries.loss": loss.detach().reshape(1), "queries.gradient": logits.grad}

logits = torch.randn(1, 3, 16, 16, requires_grad=True)
labels = torch.full((1, 16, 16), 255)
labels[:, :12, :5] = 2
labels[:, :12, 5:9] = 0
loss = torch.nn.functional.cross_entropy(logits, labels, weight=weights, ignore_index=255)
loss.backward()
out |= {"pixels.logits": logits.detach(), "pixels.loss": loss.detach().reshape(1), "pixels.gradient": logits.grad}

out["weights"] = weights
save_file(out, "class-weights.safetensors")
