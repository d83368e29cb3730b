"""Golden files of CLIP as a whole: a small CLIPModel of transformers with random weights, in the folder clip-model as save_pretrained
writes it, with a tokenizer of single bytes and a few merges; clip-model.safetensors has pictures ("pixels") and their scores for some
sentences ("scores": logits_per_image; the sentences are those of WholeClipTest).

Run:  pip install torch transformers safetensors && python make_clip_model.py
"""

import json
import os

import torch
import transformers as t
from safetensors.torch import load_file, save_file

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(HERE, "clip-model")
SENTENCES = ["a photo of a cat.", "a photo of a red crate.", "a photo of a dog.", "a photo of a hound."]

os.makedirs(FOLDER, exist_ok=True)
printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
symbols = [chr(b) for b in printable] + [chr(256 + i) for i in range(256 - len(printable))]
merges = [("p", "h"), ("ph", "o"), ("o", "f</w>"), ("c", "a"), ("ca", "t</w>")]
tokens = symbols + [s + "</w>" for s in symbols] + ["".join(m) for m in merges] + ["<|startoftext|>", "<|endoftext|>"]
with open(os.path.join(FOLDER, "vocab.json"), "w") as f:
    json.dump({token: i for i, token in enumerate(tokens)}, f, ensure_ascii=False)
with open(os.path.join(FOLDER, "merges.txt"), "w") as f:
    f.write("#version: 0.2\n" + "".join(" ".join(m) + "\n" for m in merges))

torch.manual_seed(17)
size = dict(hidden_size=64, intermediate_size=48, num_hidden_layers=1, num_attention_heads=1)
net = t.CLIPModel(t.CLIPConfig(
    projection_dim=10, vision_config=size | dict(image_size=12, patch_size=4, hidden_act="gelu"),
    text_config=dict(hidden_size=32, intermediate_size=48, num_hidden_layers=1, num_attention_heads=2, vocab_size=len(tokens), hidden_act="gelu",
                     max_position_embeddings=40, bos_token_id=len(tokens) - 2, eos_token_id=len(tokens) - 1))).eval()
with torch.no_grad():
    for name, value in net.named_parameters():
        value.add_(torch.randn_like(value) * (0.05 if value.dim() < 2 else 0.15))
        value.copy_(value.bfloat16().float())
net.bfloat16().save_pretrained(FOLDER)
net.float()
words = t.CLIPTokenizer(os.path.join(FOLDER, "vocab.json"), os.path.join(FOLDER, "merges.txt"))(SENTENCES, padding=True, return_tensors="pt")
pixels = torch.randn(2, 3, 12, 12)
with torch.no_grad():
    scores = net(input_ids=words["input_ids"], attention_mask=words["attention_mask"], pixel_values=pixels).logits_per_image
print(words["input_ids"].shape, scores)
save_file({"pixels": pixels, "scores": scores.contiguous()}, os.path.join(HERE, "clip-model.safetensors"), metadata={"torch": torch.__version__, "transformers": t.__version__})
for name in os.listdir(FOLDER):
    os.chmod(os.path.join(FOLDER, name), 0o644)
    print(name, os.path.getsize(os.path.join(FOLDER, name)))
os.chmod(os.path.join(HERE, "clip-model.safetensors"), 0o644)
