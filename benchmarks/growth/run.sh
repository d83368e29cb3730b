#!/usr/bin/env bash
# Measures how cost grows with image size, batch, queries, objects, words of the classes, threads and data set length: growth.json, growth.md, charts.
#
#   benchmarks/growth/run.sh --out DIR [--model mask2former-small] [--rounds 5] [--size 64,128,256] [--batch 1,2,4] [--axes size,processes] ...
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)

exec "$home/benchmarks/main.sh" -Xmx2g org.maskwright.benchmarks.growth.Growth "$@"
