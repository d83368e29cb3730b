#!/usr/bin/env bash
# The losses of the first steps of four experiments on both engines, to the last digit: what a change that only moves code must not change.
#
#   benchmarks/losses/run.sh [--steps N] [--engines "torch nd4j"] [--only "quickstart coco"] FOLDER
#
#   --steps    how many steps; default 50
#   --engines  default: both
#   --only     names of the experiments below; default: all
#   FOLDER     receives EXPERIMENT-ENGINE.txt: a line for each step
#
# Before and after, on the same machine (another processor rounds differently):
#
#   git stash; benchmarks/losses/run.sh /tmp/before; git stash pop; benchmarks/losses/run.sh /tmp/after; diff -r /tmp/before /tmp/after
#
# Images are cropped small so that all of it takes minutes; models, matching, losses, optimisers and schedules are the experiments' own. An experiment
# whose pictures are not on this machine (MASKWRIGHT_DATA, default ../shared/data) is left out with a line that says so.
set -euo pipefail
cd "$(dirname "$0")/../.."

steps=50
engines="torch nd4j"
only="quickstart camvid pennfudan coco"
while [[ ${1:-} == --* ]]; do
  case $1 in
    --steps) steps=$2 ;;
    --engines) engines=$2 ;;
    --only) only=$2 ;;
    *) echo "run.sh: unknown option $1" >&2; exit 2 ;;
  esac
  shift 2
done
[[ $# == 1 ]] || { sed -n '2,17s/^# \{0,1\}//p' "$0" >&2; exit 2; }
data=${MASKWRIGHT_DATA:-../shared/data}
mkdir -p "$1"
out=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# CONFIGURATION, FOLDER OF THE PICTURES, and what is set beside it
declare -A what=(
  [quickstart]="configs/quickstart.conf $work/scenes data.scenes.train-images=40 data.scenes.val-images=4 train.batch-size=4 train.accumulate=2"
  [camvid]="configs/camvid.conf $data/camvid augment.lsj.height=96 augment.lsj.width=128 augment.lsj.min-scale=0.3 train.batch-size=2 criterion.points.points=1024"
  [pennfudan]="configs/pennfudan.conf $data/PennFudanPed augment.lsj.height=96 augment.lsj.width=96 train.batch-size=2 criterion.points.points=1024"
  [coco]="configs/coco/panoptic.conf $data/coco augment.lsj.height=64 augment.lsj.width=64 train.batch-size=2 criterion.points.points=512 data.train.split=val2017"
)

logged() { # RUN
  grep '"kind":"train"' "$1/metrics.jsonl" 2>/dev/null || true
}

for name in $only; do
  read -r config root settings <<<"${what[$name]:?unknown experiment $name}"
  if [[ $name != quickstart && ! -d $root ]]; then
    echo "run.sh: $name left out: no folder $root" >&2
    continue
  fi
  for engine in $engines; do
    run=$work/$name-$engine
    set=()
    for word in data.root="$root" $settings train.log-every=1; do
      set+=(--set "$word")
    done
    # The experiment's own number of steps, as the schedule depends on it; ended when enough of them are logged.
    ./maskwright train "$config" --run-dir "$run" --backend "$engine" "${set[@]}" >"$run.log" 2>&1 </dev/null &
    training=$!
    while kill -0 $training 2>/dev/null && (($(logged "$run" | wc -l) < steps)); do
      sleep 0.5
    done
    kill $training 2>/dev/null || true
    wait $training || true
    if (($(logged "$run" | wc -l) < steps)); then
      cat "$run.log" >&2
      exit 1
    fi
    # All numbers of a step but how long it took.
    logged "$run" | head -n "$steps" | sed 's/"\(img\/s\|[a-z]*Ms\|memMiB\|time\)":[^,}]*,\{0,1\}//g' >"$out/$name-$engine.txt"
    echo "$name on $engine: $(wc -l <"$out/$name-$engine.txt") steps, $(tail -1 "$out/$name-$engine.txt" | cut -c 1-80)"
  done
done
