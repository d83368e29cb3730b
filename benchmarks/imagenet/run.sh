#!/usr/bin/env bash
# Counts how many of 40 ImageNet crops a trained backbone's own classifier gets right, computed by Maskwright's engine.
#
#   benchmarks/imagenet/run.sh CROPS FILE...     CROPS has expected.json and the PNG files; FILE is a wheel, .pth or .safetensors
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)

exec "$home/benchmarks/main.sh" -Xmx2g org.maskwright.benchmarks.inference.ImageNetCrops "$@"
