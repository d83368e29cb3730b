#!/usr/bin/env bash
# What `maskwright serve` does under load on this machine: requests a second, median and 99th percentile for 1 to 16 clients, and the server's
# memory over a long run. The clients run beside it, on the same processors.
#
#   benchmarks/serve/run.sh MODEL PICTURES [CLIENTS=1,2,4,8,16] [REQUESTS=300] [LONG=10000: requests of the last number, 0: none] [SLOW=0: connections that send a byte a second] [OPTION of serve...]
set -euo pipefail

(($# >= 2)) || { sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2; }
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
"$home/benchmarks/build.sh"
said=$(mktemp)
"$home/maskwright" serve "$1" --port 0 --token load "${@:7}" >"$said" &
server=$!
trap 'kill $server 2>/dev/null; wait $server || true; rm -f "$said"' EXIT
until grep -q '^token' "$said"; do
  kill -0 $server 2>/dev/null || exit 1
  sleep 0.1
done
uri=$(sed -n 's/^serving .* on //p' "$said")
target=$home/trainer/target
"$home/benchmarks/java.sh" -Xmx256m -cp "$home/benchmarks/target/classes:$target/maskwright-trainer.jar:$(<"$target/maskwright.classpath")" \
  org.maskwright.benchmarks.serve.Load "$uri" load "$2" "${3:-1,2,4,8,16}" "${4:-300}" "${5:-10000}" "${6:-0}"
