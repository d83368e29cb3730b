#!/usr/bin/env bash
# What is alive at the peak of a training step's memory, by where it was made.
#
#   benchmarks/steps/memory.sh MODEL SIZE OBJECTS BATCH THREADS
#   benchmarks/steps/memory.sh mask2former-r50 512 10 2 2
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
[[ $# == 5 ]] || { sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2; }

exec "$home/benchmarks/main.sh" -Xmx2g org.maskwright.benchmarks.train.StepMemory "$@"
