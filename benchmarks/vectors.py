"""Files of numbers for benchmarks that need weights or vectors of words made by hand. Python 3 alone."""

import json
import math
import random
import struct
import zipfile


def safetensors(path, tensors):
    """Writes tensors of 32-bit numbers. tensors: name -> (shape, numbers row by row)."""
    header, offset = {}, 0
    for name, (shape, values) in tensors.items():
        assert math.prod(shape) == len(values), (name, shape, len(values))
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [offset, offset + 4 * len(values)]}
        offset += 4 * len(values)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for _, values in tensors.values():
            out.write(struct.pack(f"<{len(values)}f", *values))


def _npy(dtype, shape, data):
    header = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data


def bank(path, words):
    """Writes a text bank as a NumPy archive. words: name -> its vector."""
    longest = max(map(len, words))
    names = b"".join(name.ljust(longest, "\0").encode("utf-32-le") for name in words)
    numbers = [v for vector in words.values() for v in vector]
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("names.npy", _npy(f"<U{longest}", (len(words),), names))
        out.writestr("embeddings.npy", _npy("<f4", (len(words), len(numbers) // len(words)), struct.pack(f"<{len(numbers)}f", *numbers)))


def orthogonal(count, width, seed):
    """So many vectors of length 1, each at right angles to the others, of random directions."""
    draw, found = random.Random(seed), []
    while len(found) < count:
        v = [draw.gauss(0, 1) for _ in range(width)]
        for other in found:
            product = sum(a * b for a, b in zip(v, other))
            v = [a - product * b for a, b in zip(v, other)]
        length = math.sqrt(sum(a * a for a in v))
        found.append([a / length for a in v])
    return found
