#!/usr/bin/env bash
# What several processes cost and save, on the machine at hand: processes.md, and each figure on the standard output as it comes.
#
#   benchmarks/processes/run.sh --out DIR [--only "hidden threads two state"] [--rounds 3] [--steps 20]
#
#   hidden    share of the exchange of its gradients that goes on beside the backward pass: two processes of one thread, 4 images of 256 x 256
#   threads   a step of the quickstart's model at batch 16: two processes of one thread beside one process of two threads
#   two       two trainings of the quickstart at once on the same two cores: what both do in a second over what one alone does
#   state     the optimiser's state and the peak of memory of each of 1, 2 and 4 processes of one thread that train Mask2Former with ResNet-50,
#             1 image of 256 x 256 each, with train.shard-optimizer and without
#
# Sides take turns, --rounds times; a figure is the median of --steps steps of all rounds, after the first five of each. On a machine with more than
# two cores all of it is held to two of them.
set -euo pipefail
cd "$(dirname "$0")/../.."

out=
only="hidden threads two state"
rounds=3
steps=20
while [[ ${1:-} == --* ]]; do
  case $1 in
    --out) out=$2 ;;
    --only) only=$2 ;;
    --rounds) rounds=$2 ;;
    --steps) steps=$2 ;;
    *) echo "run.sh: unknown option $1" >&2; exit 2 ;;
  esac
  shift 2
done
[[ -n $out && $# == 0 ]] || { sed -n '2,14s/^# \{0,1\}//p' "$0" >&2; exit 2; }
mkdir -p "$out"
out=$(cd "$out" && pwd)
report=$out/processes.md
work=$(mktemp -d)
warm=5 # steps of a start that do not count
started=() # process ids of trainings that go on, and their runs
runs=()
trap 'kill -TERM "${started[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT

held=()
if (($(nproc) > 2)); then
  command -v taskset >/dev/null || { echo "run.sh: needs taskset to hold the trainings to two of $(nproc) cores" >&2; exit 1; }
  held=(taskset -c 0,1)
fi
./maskwright --version >/dev/null # builds what the launcher runs

say() {
  echo "$1" | tee -a "$report"
}

median() { # of the numbers on the standard input
  sort -g | awk '{ v[NR] = $1 } END { if (!NR) exit 1; print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

lines() { # RUN: of its training steps
  grep '"kind":"train"' "$1/metrics.jsonl" 2>/dev/null || true
}

count() { # KEY RUN: adds the values of the steps that count to those of the side, RUN without its round
  lines "$2" | tail -n +$((warm + 1)) | head -n "$steps" | sed -n "s/.*\"$1\":\([^,}]*\).*/\1/p" >>"${2%-*}.$1"
}

# Begins a training: begin RUN CONFIGURATION WORDS...
begin() {
  local run=$1 config=$2
  shift 2
  "${held[@]}" ./maskwright train "$config" --run-dir "$run" --set train.log-every=1 --set eval.every=0 "$@" >"$run.log" 2>&1 </dev/null &
  started+=($!)
  runs+=("$run")
}

# Waits until all that have begun have taken as many steps as are asked for, and ends them.
finish() {
  local i enough=false
  while [[ $enough == false ]]; do
    sleep 0.5
    enough=true
    for i in "${!runs[@]}"; do
      if (($(lines "${runs[i]}" | wc -l) < warm + steps)); then
        enough=false
        kill -0 "${started[i]}" 2>/dev/null || { cat "${runs[i]}.log" >&2; exit 1; }
      fi
    done
  done
  kill -TERM "${started[@]}" 2>/dev/null || true
  wait "${started[@]}" || true
  started=()
  runs=()
}

quickstart() { # RUN WORDS...
  begin "$1" configs/quickstart.conf --set data.root="$work/scenes" "${@:2}"
}

hidden() {
  cat >"$work/r50.conf" <<END
data {
  root = "$work/photographs"
  scenes { seed = 1, train-images = 40, val-images = 2, width = 256, height = 256, max-things = 6 }
  train { type = coco-panoptic, split = train, images = images/train, annotations = annotations/panoptic_train.json }
  val { split = val, images = images/val, annotations = annotations/panoptic_val.json }
}
augment { type = lsj, lsj { height = 256, width = 256 } }
train { steps = 1000, batch-size = 4, checkpoint-every = 1000 }
END
  local round key
  for ((round = 1; round <= rounds; round++)); do
    begin "$work/hidden-$round" "$work/r50.conf" --model configs/models/mask2former-r50.conf --threads 1 --processes 2
    finish
    for key in hidden exchangeMs waitMs backwardMs stepMs; do count $key "$work/hidden-$round"; done
  done
  say "hidden: share $(median <"$work/hidden.hidden") of $(median <"$work/hidden.exchangeMs") ms of exchange; waits $(median <"$work/hidden.waitMs") ms, backward $(median <"$work/hidden.backwardMs") ms, step $(median <"$work/hidden.stepMs") ms"
}

threads() {
  local round side key one both
  for ((round = 1; round <= rounds; round++)); do
    quickstart "$work/one-$round" --set train.batch-size=16 --threads 2
    finish
    quickstart "$work/both-$round" --set train.batch-size=16 --threads 1 --processes 2
    finish
    for side in one both; do
      for key in stepMs forwardMs lossMs backwardMs optimizerMs dataMs waitMs; do count $key "$work/$side-$round"; done
    done
  done
  one=$(median <"$work/one.stepMs")
  both=$(median <"$work/both.stepMs")
  say "threads: one process of two threads $one ms, two processes of one thread $both ms, ratio $(awk "BEGIN { printf \"%.2f\", $one / $both }")"
  for key in forwardMs lossMs backwardMs optimizerMs dataMs; do
    say "threads, $key: $(median <"$work/one.$key") and $(median <"$work/both.$key")"
  done
  say "threads, waitMs: $(median <"$work/both.waitMs")"
}

two() { # each with two threads, as two users would, and with one, as the notice of the second says
  local round side n alone first second
  for ((round = 1; round <= rounds; round++)); do
    quickstart "$work/alone-$round" --threads 2
    finish
    for n in 2 1; do
      quickstart "$work/first$n-$round" --threads $n
      quickstart "$work/second$n-$round" --threads $n
      finish
    done
    for side in alone first2 second2 first1 second1; do count stepMs "$work/$side-$round"; done
  done
  alone=$(median <"$work/alone.stepMs")
  for n in 2 1; do
    first=$(median <"$work/first$n.stepMs")
    second=$(median <"$work/second$n.stepMs")
    say "two, of $n threads each: alone with 2 $alone ms, together $first and $second ms, work $(awk "BEGIN { printf \"%.2f\", $alone / $first + $alone / $second }")"
  done
}

state() {
  "${held[@]}" benchmarks/main.sh -Xmx1g org.maskwright.benchmarks.train.StateShares mask2former-r50 256 1,2,4 | tee -a "$report"
}

say "$(date -u +%F), $(nproc) processors ($(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -1)), load before $(cut -d' ' -f1-3 /proc/loadavg)"
for part in $only; do
  case $part in
    hidden | threads | two | state) $part ;;
    *) echo "run.sh: unknown part $part" >&2; exit 2 ;;
  esac
  say "load after $part: $(cut -d' ' -f1-3 /proc/loadavg)"
done
