#!/usr/bin/env bash
# Tracks in a film of many frames: resident memory and frames a second at marks on the way.
#
#   benchmarks/video/run.sh MODEL [FRAMES=1000] [SHORT_EDGE=360] [THRESHOLD=0.5] [OVERLAY=video: both, frames, video or none] [SEEN=usual: usual, per-frame, or the frames of a window]
set -euo pipefail

(($# >= 1)) || { sed -n '2,4s/^# \{0,1\}//p' "$0" >&2; exit 2; }
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$home/benchmarks/main.sh" -Xmx512m org.maskwright.benchmarks.video.LongVideo "$1" "$folder" "${2:-1000}" "${3:-360}" "${4:-0.5}" "${5:-video}" "${6:-usual}"
