"""Golden assignments of scipy.optimize.linear_sum_assignment. Costs are drawn from a generator that Java repeats.

Run: python make_assignments.py > assignments.txt     (SciPy 1.11 or newer)
One line a case: seed rows columns levels | optimal cost | columns of rows, or -1
"""

import numpy as np
from scipy.optimize import linear_sum_assignment

MASK = (1 << 64) - 1


def splitmix(seed):
    """SplitMix64, the generator of java.util.SplittableRandom's paper, in 10 lines of any language."""
    while True:
        seed = (seed + 0x9E3779B97F4A7C15) & MASK
        z = seed
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield z ^ (z >> 31)


def costs(seed, rows, columns, levels):
    """levels = 0: floats in [-8, 8); otherwise integers 0 .. levels - 1, which makes ties."""
    numbers = splitmix(seed)
    values = []
    for _ in range(rows * columns):
        bits = next(numbers) >> 40  # 24 bits: exact in a float
        values.append(float(bits % levels) if levels else bits / 2.0**20 - 8.0)
    return np.array(values, dtype=np.float64).reshape(rows, columns)


CASES = [(1, 1, 1, 0), (2, 100, 7, 0), (3, 7, 100, 0), (4, 100, 100, 0), (5, 300, 200, 0), (6, 64, 64, 3),
         (7, 100, 40, 2), (8, 40, 100, 5), (9, 200, 31, 0), (10, 31, 32, 0), (11, 30, 30, 1), (12, 300, 500, 0)]

for seed, rows, columns, levels in CASES:
    matrix = costs(seed, rows, columns, levels)
    r, c = linear_sum_assignment(matrix)
    column_of = np.full(rows, -1)
    column_of[r] = c
    print(seed, rows, columns, levels, "|", repr(float(matrix[r, c].sum())), "|", *column_of)
