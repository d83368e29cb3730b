#!/usr/bin/env bash
# What a trained backbone is worth: `train DIR` from several starts, by its own rules and for equally many steps, on each data set.
#
#   benchmarks/starts/run.sh OUT STEPS "DIR..." "NAME=BACKBONE..." [KEY=VALUE...]
#
#   DIR        a folder that `train DIR` understands
#   BACKBONE   a file or folder for init.backbone; "none" starts from random values
#   KEY=VALUE  settings of all runs
#
# Writes OUT/DIR-NAME, the runs, and OUT/starts.tsv: data, start, steps, seconds of training, and the deciding metric of the last evaluation. A run that is
# there is not done again. For example
#
#   benchmarks/starts/run.sh runs/starts 200 "pennfudan camvid" "none=none lite0=zoo/efficientnet-lite0"
set -euo pipefail

(($# >= 4)) || { sed -n '2,13s/^# \{0,1\}//p' "$0" >&2; exit 2; }
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
out=$(mkdir -p "$1" && cd "$1" && pwd -P)
steps=$2
folders=$3
starts=$4
settings=()
for setting in "${@:5}"; do settings+=(--set "$setting"); done

empty=$(mktemp -d) # `train DIR` takes a backbone from zoo/ of the folder that it is called in
trap 'rmdir "$empty"' EXIT
for folder in $folders; do
  data=$(cd "$folder" && pwd -P)
  for start in $starts; do
    run=$out/$(basename "$data")-${start%%=*}
    [[ -e $run/summary.json ]] && continue
    rm -rf "$run"
    from=()
    [[ ${start#*=} == none ]] || from=(--set "init.backbone=$(realpath "${start#*=}")")
    echo "$run"
    (cd "$empty" && "$home/maskwright" train "$data" --steps "$steps" --set eval.every=1000000 "${from[@]}" "${settings[@]}" --run-dir "$run" >"$run.log" 2>&1) ||
      { tail -5 "$run.log" >&2; exit 1; }
  done
done

printf 'data\tstart\tsteps\tseconds\tmetric\tvalue\n' | tee "$out/starts.tsv"
for folder in $folders; do
  for start in $starts; do
    summary=$out/$(basename "$folder")-${start%%=*}/summary.json
    value() { sed -nE "s/^ *\"$1\" : \"?([^\",]+).*/\\1/p" "$summary" | tail -1; } # the last evaluation is written last
    metric=$(value decidedBy)
    printf '%s\t' "$(basename "$folder")" "${start%%=*}" "$(value step)" "$(value seconds)" "$metric"
    value "$metric"
  done
done | tee -a "$out/starts.tsv"
