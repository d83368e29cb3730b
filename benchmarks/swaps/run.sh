#!/usr/bin/env bash
# Two shapes of one class that change sides and hide each other: a model of clips beside the same model of photographs, whose objects are joined frame by frame.
#
#   benchmarks/swaps/run.sh OUT [--steps N] [--videos N] [--seeds "1 2 3"] [KEY=VALUE...]
#
#   OUT        folder of the data and the runs; runs that are there are not done again
#   --videos   training videos of 8 frames
#   KEY=VALUE  settings of all runs, such as engine.threads=1
#
# Both models see as many frames in a step. Prints for each seed the track AP50 (YouTube-VIS) on the validation videos of 8 frames: of the model of clips, which is
# trained on 2 frames and sees all 8 at once; of the model of photographs, whose instances are joined by overlap with the expected mask and nearness; and of the same
# model frame by frame, its queries carried on.
set -euo pipefail

(($# >= 1)) || { sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 2; }
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
maskwright=${MASKWRIGHT:-$home/maskwright}
out=$(mkdir -p "$1" && cd "$1" && pwd -P)
shift
steps=800
videos=200
seeds="1 2 3"
settings=()
while (($# > 0)); do
  case $1 in
    --steps) steps=$2; shift 2 ;;
    --videos) videos=$2; shift 2 ;;
    --seeds) seeds=$2; shift 2 ;;
    --*) echo "run.sh: unknown option $1" >&2; exit 2 ;;
    *) settings+=(--set "$1"); shift ;;
  esac
done
"$maskwright" data moving-shapes --train "$videos" --out "$out/data" >&2

for seed in $seeds; do
  for kind in clips photographs; do
    run=$out/$kind-$seed
    [[ -e $run/summary.json ]] && continue
    rm -rf "$run"
    own=()
    if [[ $kind == photographs ]]; then
      d=model.decoder.masked-attention
      for one in model.decoder.type=masked-attention $d.queries=10 $d.layers=3 $d.heads=4 $d.feedforward-dim=128 data.source.clips.frames=1 train.batch-size=16; do
        own+=(--set "$one")
      done
    fi
    "$maskwright" train "$home/configs/video/moving-shapes.conf" --set "data.root=$out/data" --set "seed=$seed" --set "train.steps=$steps" "${own[@]}" "${settings[@]}" \
      --run-dir "$run" >"$run.log" 2>&1 || { tail -5 "$run.log" >&2; exit 1; }
  done
done

# Track AP50 of the model of photographs frame by frame.
per_frame() {
  local run=$out/photographs-$1 tracks=$out/per-frame-$1
  [[ -s $tracks/youtube-vis/results.json ]] || "$maskwright" predict "$run/checkpoints/last" --video "$out/data/val/JPEGImages" --per-frame --threshold 0.05 --overlay none --out "$tracks" \
    >>"$run.log" 2>&1
  "$maskwright" score video --kind ytvis --gt "$out/data/val/instances.json" --pred "$tracks/youtube-vis/results.json" 2>>"$run.log" |
    sed -nE 's/.*IoU=0.50  .*all.*maxDets=100 ] = (.*)/\1/p' | awk '{ print 100 * $1 }'
}

# A metric of the last evaluation, which is written last.
value() { sed -nE "s/^ *\"$2\" : \"?([^\",]+).*/\1/p" "$1/summary.json" | tail -1; }
{
  printf 'seed\tclips AP50\tAP\tphotographs AP50\tAP\tframe by frame AP50\n'
  for seed in $seeds; do
    clips=$out/clips-$seed
    photographs=$out/photographs-$seed
    printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$seed" "$(value "$clips" track.AP50)" "$(value "$clips" track.AP)" "$(value "$photographs" track.AP50)" "$(value "$photographs" track.AP)" "$(per_frame "$seed")"
  done
} | tee "$out/swaps.tsv"
