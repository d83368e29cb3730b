#!/usr/bin/env bash
# EoMT beside Mask2Former: the same plain transformer from the same random values, the same data, criterion and rates, and the same time.
#
#   benchmarks/eomt/run.sh OUT MINUTES "NAME=DIR..." [--seeds N] [--measure-only] [KEY=VALUE...]
#
#   NAME=DIR    scenes or pennfudan, and where its data is or is made
#   KEY=VALUE   settings of all runs, for example engine.threads=1
#
# Measures a step of either side first, in turn, three times 20 steps, and gives each as many steps as go into MINUTES (OUT/NAME.steps; measured once, so that
# the trainings themselves may run beside other work). Writes a run for each side and seed and OUT/NAME.md. A run that is there is not done again.
set -euo pipefail

(($# >= 3)) || { sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
home=$(cd "$here/../.." && pwd -P)
out=$(mkdir -p "$1" && cd "$1" && pwd -P)
minutes=$2
sets=$3
shift 3
seeds=1
measure_only=false
settings=()
while (($#)); do
  case $1 in
    --seeds) seeds=$2; shift 2 ;;
    --measure-only) measure_only=true; shift ;;
    *) settings+=(--set "$1"); shift ;;
  esac
done
sides="eomt mask2former"

conf() { # NAME SIDE: a file that has both
  printf 'include required("%s")\ninclude required("%s")\n' "$here/$1.conf" "$here/$2.conf" >"$out/$1-$2.conf"
  echo "$out/$1-$2.conf"
}

train() { # RUN NAME SIDE DIR STEPS WORDS...
  local run=$1 name=$2 side=$3 dir=$4 steps=$5
  shift 5
  rm -rf "$run"
  "$home/maskwright" train "$(conf "$name" "$side")" --run-dir "$run" --set data.root="$dir" --set train.steps="$steps" "${settings[@]}" "$@" >"$run.log" 2>&1 ||
    { tail -5 "$run.log" >&2; exit 1; }
}

median() { sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

for set in $sets; do
  name=${set%%=*}
  dir=${set#*=}
  if [[ ! -e $out/$name.steps ]]; then
    for round in 1 2 3; do
      for side in $sides; do
        train "$out/measure-$name-$side-$round" "$name" "$side" "$dir" 25 --set train.log-every=1 --set eval.samples=0 --set eval.every=1000000
      done
    done
    for side in $sides; do
      ms=$(for round in 1 2 3; do sed -n '/"kind":"train"/s/.*"stepMs":\([0-9.]*\).*/\1/p' "$out/measure-$name-$side-$round/metrics.jsonl" | tail -n +6; done | median)
      echo "$side $ms $(awk -v m="$minutes" -v s="$ms" 'BEGIN { printf "%d", m * 60000 / s }')"
    done >"$out/$name.steps.part"
    mv "$out/$name.steps.part" "$out/$name.steps"
    rm -rf "$out"/measure-"$name"-*
  fi
  cat "$out/$name.steps"
  $measure_only && continue
  while read -r side ms steps; do
    for ((seed = 1; seed <= seeds; seed++)); do
      run=$out/$name-$side-$seed
      [[ -e $run/summary.json ]] || train "$run" "$name" "$side" "$dir" "$steps" --set seed="$seed"
    done
  done <"$out/$name.steps"
  {
    echo "| $name, $minutes min | step ms | steps | last evaluation, seed by seed |"
    echo "|---|---|---|---|"
    while read -r side ms steps; do
      echo "| $side | $ms | $steps | $(for ((seed = 1; seed <= seeds; seed++)); do
        grep '"kind":"eval"' "$out/$name-$side-$seed/metrics.jsonl" | tail -1 | grep -o '"\(panoptic.PQ\|instance.AP\|instance.AP50\|semantic.mIoU\)":[0-9.]*' | tr -d '"' | tr '\n' ' '
      done) |"
    done <"$out/$name.steps"
  } | tee "$out/$name.md"
done
