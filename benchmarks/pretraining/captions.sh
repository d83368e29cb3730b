#!/usr/bin/env bash
# CLIP beside SLIP on coloured shapes and their captions: what do two further views of each picture bring?
#
#   benchmarks/pretraining/captions.sh OUT [--steps N] [--images N] [--batch N] [--seeds "1 2 3"] [KEY=VALUE...]
#
#   OUT        folder of the data and the runs; runs that are there are not done again
#   --images   training pictures
#   KEY=VALUE  settings of all runs, such as engine.threads=1
#
# Prints for each seed and task: mean R@1 of pictures and captions, both parts, zero-shot accuracy on 24 combinations of colour and shape, and the mean average precision of a linear
# probe of which shapes a picture shows. Then the mean over the seeds with its standard deviation. Both tasks see the same pictures in the same order with captions drawn alike.
set -euo pipefail

(($# >= 1)) || { sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
home=$(cd "$here/../.." && pwd -P)
maskwright=${MASKWRIGHT:-$home/maskwright}
out=$(mkdir -p "$1" && cd "$1" && pwd -P)
shift
steps=1000
images=2000
batch=32
seeds="1 2 3"
settings=()
while (($# > 0)); do
  case $1 in
    --steps) steps=$2; shift 2 ;;
    --images) images=$2; shift 2 ;;
    --batch) batch=$2; shift 2 ;;
    --seeds) seeds=$2; shift 2 ;;
    --*) echo "captions.sh: unknown option $1" >&2; exit 2 ;;
    *) settings+=(--set "$1"); shift ;;
  esac
done
"$maskwright" data caption-shapes --images "$images" --val 200 --out "$out/data" >&2
[[ -e $out/vocabulary.conf ]] || "$maskwright" data vocabulary "$out/data/annotations/captions_train.json" --out "$out/vocabulary.conf" >&2
for task in clip slip; do # with the vocabulary of the captions
  printf 'include file("%s/configs/pretraining/%s.conf")\ninclude "vocabulary.conf"\n' "$home" "$task" >"$out/$task.conf"
done
# The same first view for both.
sed -n '/^augment {/,/^}/p' "$home/configs/pretraining/slip.conf" | grep -v 'min-scale = 0.2' >>"$out/clip.conf"

{
  printf 'seed\ttask\tR@1\ttext R@1\timage R@1\tzero-shot\tprobe\n'
  for seed in $seeds; do
    for task in clip slip; do
      run=$out/$task-$seed
      if [[ ! -e $run/summary.json ]]; then
        rm -rf "$run"
        "$maskwright" train "$out/$task.conf" --set "data.root=$out/data" --set "seed=$seed" --set "train.steps=$steps" --set "train.batch-size=$batch" \
          "${settings[@]}" --run-dir "$run" >"$run.log" 2>&1 || { tail -5 "$run.log" >&2; exit 1; }
      fi
      line=$("$home/benchmarks/main.sh" -Xmx2g org.maskwright.benchmarks.score.CaptionProbe "$run/checkpoints/last" "$out/data" 1 2>>"$run.log" | awk '/^R1/ { print $2 "\t" $4 "\t" $6 "\t" $8 "\t" $10 }')
      printf '%s\t%s\t%s\n' "$seed" "$task" "$line"
    done
  done
} | tee "$out/captions.tsv"
awk -F'\t' 'NR > 1 { n[$2]++; for (c = 3; c <= 7; c++) { s[$2, c] += $c; q[$2, c] += $c * $c } }
  END { for (t in n) { printf "mean\t%s", t; for (c = 3; c <= 7; c++) { m = s[t, c] / n[t]; v = q[t, c] / n[t] - m * m; printf "\t%.1f ± %.1f", m, sqrt(v > 0 ? v : 0) } print "" } }' "$out/captions.tsv" | sort
