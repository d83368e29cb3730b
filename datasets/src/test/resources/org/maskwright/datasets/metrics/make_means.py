"""Writes means.txt: the means that numpy gives of the first n of 1/1, 1/2, 1/3, ...

python3 make_means.py > means.txt     (numpy below 2.3, here 2.2.6; from 2.3 on there are no blocks, and the last line differs in its last digit)

Lengths lie around numpy's limits: 8 running sums, leaves of 128 values, blocks of 8192.
"""

import numpy

for n in (1, 7, 8, 9, 15, 16, 127, 128, 129, 136, 137, 255, 256, 257, 264, 1000, 4095, 8191, 8192, 8193, 8200, 20000):
    values = 1.0 / numpy.arange(1, n + 1, dtype=numpy.float64)
    kept = numpy.stack([values, -numpy.ones(n)]).ravel()  # as the official tools take it: kept[kept > -1]
    print(n, float(numpy.mean(kept[kept > -1])).hex())
