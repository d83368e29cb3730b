#!/usr/bin/env bash
# Writes synthetic pictures of cells under a microscope, hundreds of small touching ones in each, as a COCO data set.
#
#   benchmarks/cells/data.sh DIR [TRAIN=40] [VAL=8] [SIDE=1024] [CELLS=450]
set -euo pipefail

(($# >= 1)) || { sed -n '2,4s/^# \{0,1\}//p' "$0" >&2; exit 2; }
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)

exec "$home/benchmarks/main.sh" -Xmx1g org.maskwright.benchmarks.data.CellData "$1" "${2:-40}" "${3:-8}" "${4:-1024}" "${5:-450}"
