"""Makes tokens.json: strings with the token numbers of Hugging Face's CLIPTokenizer, and fingerprints of 10,000 strings drawn by a seed.

Run:  pip install transformers && python make_tokens.py

The tokenizer is built of the project's own clip-merges.txt.gz, as its vocab.json and merges.txt have it. The strings of the seed are
drawn by a linear congruential generator that ClipTokenizerTest has too: words of the vocabulary in several cases, words of many
scripts, digits, punctuation, contractions, accents apart from their letters, with several kinds of white space between. A fingerprint
is the start of the SHA-256 of the numbers of 100 strings.
"""

import gzip
import hashlib
import json
import os

import transformers
from transformers import CLIPTokenizer

HERE = os.path.dirname(os.path.abspath(__file__))
MERGES = os.path.join(HERE, "../../../../../../main/resources/org/maskwright/modelzoo/text/clip-merges.txt.gz")

lines = gzip.open(MERGES, "rt", encoding="utf-8").read().split("\n")[1:48895]
pairs = [tuple(line.split(" ")) for line in lines]
own = [*range(33, 127), *range(161, 173), *range(174, 256)]
first = [chr(c) for c in own + list(range(256, 256 + 256 - len(own)))]
names = first + [s + "</w>" for s in first] + ["".join(p) for p in pairs] + ["<|startoftext|>", "<|endoftext|>"]
assert len(names) == 49408
tokenizer = CLIPTokenizer(vocab={n: i for i, n in enumerate(names)}, merges=pairs)

# First and last code points.
SCRIPTS = [
    (0x41, 0x5A), (0x61, 0x7A), (0xC0, 0xFF), (0x100, 0x17F), (0x391, 0x3A1), (0x3A3, 0x3C9), (0x410, 0x44F), (0x531, 0x556), (0x5D0, 0x5EA),
    (0x621, 0x64A), (0x660, 0x669), (0x905, 0x939), (0x93E, 0x94D), (0x966, 0x96F), (0xE01, 0xE3A), (0xE40, 0xE5B), (0x1100, 0x1112),
    (0x1161, 0x1175), (0x10A0, 0x10C5), (0x1C90, 0x1CBA), (0x13A0, 0x13F5), (0x1E00, 0x1E95), (0x1F00, 0x1F15), (0x2126, 0x212B),
    (0x2160, 0x216F), (0x2460, 0x2473), (0x3041, 0x3096), (0x30A1, 0x30FA), (0x4E00, 0x9FA5), (0xAC00, 0xD7A3), (0xFB00, 0xFB06),
    (0xFF21, 0xFF3A), (0x10400, 0x10427), (0x1D400, 0x1D433), (0x1F300, 0x1F5FF), (0x1F600, 0x1F64F), (0x20000, 0x200FF), (0x130, 0x131),
]  # fmt: skip
SPACES = [" ", " ", " ", "  ", "", "\t", "\n", "\u00a0", "\u3000", "-", "_", "\u2009 ", "\u200b"]
PUNCTUATION = ".,;:!?'\"()[]{}<>|/\\@#$%^&*+=~`\u2019\u201c\u201d\u2014\u20ac\u00b0\u00ab\u00bb"
CONTRACTIONS = ["'s", "'S", "n't", "'ll", "I'm", "'D", "you're", "'VE", "''s", "'", "s'"]
state = 20240607


def draw(n):
    global state
    state = (state * 6364136223846793005 + 1442695040888963407) & (2**64 - 1)
    return (state >> 33) % n


def upper(text):
    return "".join(chr(ord(c) - 32) if "a" <= c <= "z" else c for c in text)


def part():
    kind = draw(9)
    if kind < 3:
        word = "".join(pairs[draw(len(pairs))]).replace("</w>", "")
        case = draw(3)
        return word if case == 0 else upper(word) if case == 1 else upper(word[:1]) + word[1:]
    if kind < 5:
        low, high = SCRIPTS[draw(len(SCRIPTS))]
        return "".join(chr(low + draw(high - low + 1)) for _ in range(1 + draw(6)))
    if kind == 5:
        return "".join(str(draw(10)) for _ in range(1 + draw(5)))
    if kind == 6:
        return "".join(PUNCTUATION[draw(len(PUNCTUATION))] for _ in range(1 + draw(3)))
    if kind == 7:
        return CONTRACTIONS[draw(len(CONTRACTIONS))]
    return chr(0x61 + draw(26)) + chr(0x300 + draw(0x30)) + chr(0x41 + draw(26))


def text():
    return "".join(part() + SPACES[draw(len(SPACES))] for _ in range(1 + draw(8)))


def numbers(t):
    return tokenizer(t, add_special_tokens=False)["input_ids"]


chosen = [
    "cat", "A photo of a Cat.", "traffic light", "  stop   sign\t", "hair drier", "pottedplant", "T-shirt", "don't, they'll", "it'S", "2026",
    "1st-floor", "Löwe", "LÖWE", "Lo\u0308we", "ΣΊΣΥΦΟΣ", "İstanbul", "ISTANBUL ı", "straße STRASSE", "犬と猫", "한국어", "\u1112\u1161\u11ab", "кошка", "Ёлка",
    "كلب", "हिन्दी", "ภาษาไทย", "🐕‍🦺 dog", "👩🏽‍🚀", "\u2019s", "caf\u00e9s", "ﬁne", "Ｆｕｌｌ", "½ cup", "x²", "a&amp;b", "<b>", "100%", "€5", "...", "---", "'",
    "", " ", "\u3000", "a\u200bb", "\u00a0a", "<|endoftext|>", "a <|startoftext|> b", "<|ENDOFTEXT|>", "\ufeffcat", "e\u0301\u0301", "Å\u212b",
    "wall-other-merged", "cup (or mug)", "person/people", "pneumonoultramicroscopicsilicovolcanoconiosis", "\u0000", "a\u001fb", "\ue000",
]  # fmt: skip
strings = [text() for _ in range(10000)]
hashes = [
    hashlib.sha256("\n".join(",".join(map(str, numbers(t))) for t in strings[i : i + 100]).encode()).hexdigest()[:16]
    for i in range(0, len(strings), 100)
]
out = {
    "transformers": transformers.__version__,
    "texts": [{"text": t, "numbers": numbers(t)} for t in chosen + strings[:40]],
    "hashes": hashes,
}
with open(os.path.join(HERE, "tokens.json"), "w") as f:
    json.dump(out, f, ensure_ascii=True, separators=(",", ":"))
    f.write("\n")
