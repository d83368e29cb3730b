#!/usr/bin/env bash
# What a training step costs whatever its batch, and what the primitives of LibTorch take of it.
#
#   benchmarks/steps/run.sh CONFIG|MODEL SIZE OBJECTS BATCHES STEPS THREADS [shapes]
#   benchmarks/steps/run.sh configs/quickstart.conf 128 4 1,2,4,8 40 0
#
# Random images of SIZE x SIZE pixels with OBJECTS rectangles each; batches take turns. The column "batch 0" is what the line of least squares through
# the medians gives there. THREADS 0 stands for as many as cores; with shapes the primitives are told apart by the shapes of their arrays.
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
[[ $# == 6 || $# == 7 ]] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }

exec "$home/benchmarks/main.sh" -Xmx2g org.maskwright.benchmarks.train.StepCost "$@"
