#!/usr/bin/env bash
# Predicts a large picture by tiles and tells the most memory that the process had and the seconds it took.
#
#   benchmarks/large/run.sh MODEL [SIDE=16000] [TILE=1024] [TASK=instance] [more options of predict, such as --format coco,masks]
set -euo pipefail

(($# >= 1)) || { sed -n '2,4s/^# \{0,1\}//p' "$0" >&2; exit 2; }
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
model=$1 side=${2:-16000} tile=${3:-1024} task=${4:-instance}
shift $(($# < 4 ? $# : 4))

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$home/benchmarks/main.sh" -Xmx1g org.maskwright.benchmarks.data.LargePicture "$folder/picture.png" "$side" 1024 450

begin=$SECONDS
"$home/maskwright" predict "$model" "$folder/picture.png" --task "$task" --tile "$tile" --out "$folder/out" "$@" &
peak=0
while kill -0 $! 2>/dev/null; do
  now=$(sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$!/status" 2>/dev/null || true)
  peak=${now:-$peak}
  sleep 0.2
done
wait $!
ls -l "$folder/out"
echo "$side x $side pixels by tiles of $tile, $task: $((peak / 1024)) MiB at most, $((SECONDS - begin)) s"
