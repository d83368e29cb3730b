#!/usr/bin/env bash
# What an annotation is worth: an experiment with masks, points and boxes, as many steps and seeds each, and what each takes to annotate.
#
#   benchmarks/annotation/run.sh OUT DATA [--steps N] [--seeds "1 2 3"] [--kinds "masks points ..."] [--gt JSON] [KEY=VALUE...]
#
#   OUT        folder of the runs and of annotation.tsv; runs that are there are not done again, those that were stopped go on
#   DATA       PennFudanPed, or with CONFIG=FILE in the environment the data of another experiment
#   --kinds    masks, points (ten, and the box), points-no-box (without the losses of the box), points-no-negatives (nor points outside the box), points-implicit (as
#              points-no-box, with Implicit PointRend's masks), boxes, boxes-no-colours, box-masks (boxes taken for masks)
#   --gt JSON  COCO file of the pictures evaluated on: adds boundary AP
#   KEY=VALUE  settings of all runs, such as init.backbone=resnet18.safetensors engine.threads=1
#
# Prints and writes OUT/annotation.tsv: kind, seconds an object and minutes in all (docs/annotation-cost.md says whence), AP and AP50 as mean and deviation over the
# seeds, and AP of each seed. For example
#
#   benchmarks/annotation/run.sh runs/annotation data/PennFudanPed --steps 600 --seeds "1 2 3" engine.threads=1
set -euo pipefail

(($# >= 2)) || { sed -n '2,18s/^# \{0,1\}//p' "$0" >&2; exit 2; }
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
config=$(realpath "${CONFIG:-$home/configs/pennfudan.conf}")
out=$(mkdir -p "$1" && cd "$1" && pwd -P)
data=$(cd "$2" && pwd -P)
shift 2
steps=600
seeds="1 2 3"
kinds="masks points points-no-box points-no-negatives points-implicit boxes boxes-no-colours box-masks"
gt=
settings=()
while (($# > 0)); do
  case $1 in
    --steps) steps=$2; shift 2 ;;
    --seeds) seeds=$2; shift 2 ;;
    --kinds) kinds=$2; shift 2 ;;
    --gt) gt=$(realpath -m "$2"); shift 2 ;;
    --*) echo "run.sh: unknown option $1" >&2; exit 2 ;;
    *) settings+=(--set "$1"); shift ;;
  esac
done

# Boundary AP in per cent of a run's last checkpoint.
boundary() {
  local run=$1
  [[ -s $run/evaluated/instances.json ]] || "$home/maskwright" eval "$run/checkpoints/last" --out "$run/evaluated" >>"$run.log" 2>&1
  [[ -s $run/boundary.json ]] || "$home/maskwright" score instances --iou boundary --gt "$gt" --pred "$run/evaluated/instances.json" --json="$run/boundary.json" >>"$run.log" 2>&1
  sed -nE 's/^[{ ]*"AP" *: *([-0-9.eE]+).*/\1/p' "$run/boundary.json" | awk '{ print 100 * $1 }'
}

# The settings of a kind, and the seconds that an object takes: a mask 79.2, a box 7, a point 0.9.
kind_settings() {
  local s=data.source.supervision
  case $1 in
    masks) echo "$s.type=masks" ;;
    points) echo "$s.type=points" ;;
    points-no-box) echo "$s.type=points $s.points.points.box=0" ;;
    points-no-negatives) echo "$s.type=points $s.points.points.box=0 $s.points.points.negatives=0" ;;
    points-implicit) echo "$s.type=points $s.points.points.box=0 model.decoder.type=implicit-points" ;;
    boxes) echo "$s.type=boxes" ;;
    boxes-no-colours) echo "$s.type=boxes $s.boxes.boxes.pairwise=0" ;;
    box-masks) echo "$s.type=box-masks" ;;
    *) echo "run.sh: unknown kind $1" >&2; return 2 ;;
  esac
}
seconds_each() {
  case $1 in
    masks) echo 79.2 ;;
    points*) echo 16.0 ;;
    *) echo 7.0 ;;
  esac
}

for seed in $seeds; do
  for kind in $kinds; do
    run=$out/$kind-$seed
    [[ -e $run/summary.json ]] && continue
    chosen=$(kind_settings "$kind")
    sets=()
    for one in $chosen "data.source.supervision.points.seed=$seed" "seed=$seed" "train.steps=$steps" "data.root=$data"; do sets+=(--set "$one"); done
    echo "$run" >&2
    if [[ -d $run/checkpoints ]] && "$home/maskwright" train --resume "$run" >>"$run.log" 2>&1; then
      continue
    fi
    rm -rf "$run"
    "$home/maskwright" train "$config" "${sets[@]}" "${settings[@]}" --run-dir "$run" >"$run.log" 2>&1 || { tail -5 "$run.log" >&2; exit 1; }
  done
done

objects=$out/objects.json
if [[ ! -s $objects ]]; then
  rm -f "$out/boxes.json"
  "$home/maskwright" data boxes "$config" --part train --set "data.root=$data" --out "$out/boxes.json" --json >"$objects.part" 2>/dev/null
  mv "$objects.part" "$objects"
fi
count=$(sed -nE 's/.*"objects" *: *([0-9]+).*/\1/p' "$objects")

# A metric of the last evaluation, which is written last.
value() { sed -nE "s/^ *\"$2\" : \"?([^\",]+).*/\\1/p" "$1/summary.json" | tail -1; }
spread() { awk '{ n++; s += $1; q += $1 * $1 } END { m = s / n; r = q - n * m * m; printf("%.1f ± %.1f", m, (n > 1 && r > 0) ? sqrt(r / (n - 1)) : 0) }'; }

{
  printf 'kind\tseconds an object\tminutes\tAP\tAP50\tAP of each seed%s\n' "${gt:+$'\t'boundary AP}"
  for kind in $kinds; do
    each=$(seconds_each "$kind")
    aps=() ap50s=() boundaries=()
    for seed in $seeds; do
      aps+=("$(value "$out/$kind-$seed" instance.AP)")
      ap50s+=("$(value "$out/$kind-$seed" instance.AP50)")
      [[ -z $gt ]] || boundaries+=("$(boundary "$out/$kind-$seed")")
    done
    printf '%s\t%s\t%s\t%s\t%s\t%s%s\n' "$kind" "$each" "$(awk -v s="$each" -v n="$count" 'BEGIN { printf "%.0f", s * n / 60 }')" \
      "$(printf '%s\n' "${aps[@]}" | spread)" "$(printf '%s\n' "${ap50s[@]}" | spread)" "${aps[*]}" "${gt:+$'\t'$(printf '%s\n' "${boundaries[@]}" | spread)}"
  done
} | tee "$out/annotation.tsv"
