#!/usr/bin/env bash
# Masks without names and captions without places: which shapes does a model call by their names, and which that training never showed?
#
#   benchmarks/captions/run.sh OUT [--steps N] [--images N] [--seeds "1 2 3"] [KEY=VALUE...]
#
#   OUT        folder of the data and the runs; runs that are there are not done again
#   --images   training pictures
#   KEY=VALUE  settings of all runs, such as engine.threads=1
#
# Prints for each seed, of captions against the regions of a picture and of the baseline that takes the picture as a whole: the share of validation shapes whose best mask has
# their name among the 24 combinations (chance: 4.2), the mean over the 21 combinations of the training and over the 3 others, and the mean IoU of the best masks.
set -euo pipefail

(($# >= 1)) || { sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
home=$(cd "$here/../.." && pwd -P)
maskwright=${MASKWRIGHT:-$home/maskwright}
out=$(mkdir -p "$1" && cd "$1" && pwd -P)
shift
steps=3000
images=3000
seeds="1 2 3"
settings=()
while (($# > 0)); do
  case $1 in
    --steps) steps=$2; shift 2 ;;
    --images) images=$2; shift 2 ;;
    --seeds) seeds=$2; shift 2 ;;
    --*) echo "run.sh: unknown option $1" >&2; exit 2 ;;
    *) settings+=(--set "$1"); shift ;;
  esac
done
"$maskwright" data caption-shapes --images "$images" --val 200 --out "$out/data" >&2

labels() { "$home/benchmarks/main.sh" -Xmx2g org.maskwright.benchmarks.score.CaptionLabels "$1/checkpoints/last" "$out/data" 1 2>>"$1.log" | awk '/^accuracy/ { print $2 "\t" $4 "\t" $6 "\t" $8 }'; }
{
  printf 'seed\tregions\taccuracy\tseen\theld out\tIoU\n'
  for seed in $seeds; do
    for regions in queries image; do
      run=$out/$regions-$seed
      if [[ ! -e $run/summary.json ]]; then
        rm -rf "$run"
        "$maskwright" train "$home/configs/captions/shapes.conf" --set "data.root=$out/data" --set "seed=$seed" --set "train.steps=$steps" --set "data.source.supervision.captions.regions=$regions" \
          "${settings[@]}" --run-dir "$run" >"$run.log" 2>&1 || { tail -5 "$run.log" >&2; exit 1; }
      fi
      printf '%s\t%s\t%s\n' "$seed" "$regions" "$(labels "$run")"
    done
  done
} | tee "$out/captions.tsv"
