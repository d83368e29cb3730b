#!/usr/bin/env bash
# Measures how cost grows with image size, batch, queries, objects, threads and data set length: growth.json, growth.md, charts.
#
#   benchmarks/growth/run.sh --out DIR [--model mask2former-small] [--rounds 5] [--size 64,128,256] [--batch 1,2,4] ...
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
"$home/maskwright" --version >/dev/null # builds what the launcher runs
(cd "$home" && mvn -B -q -Dstyle.color=never -DskipTests -Dmaskwright.skip-test-compile=true -Dmaskwright.lint=-Xlint:none -Dmaskwright.error-prone=-g \
  ${MASKWRIGHT_MAVEN:-} compile -pl benchmarks -am) >&2

target=$home/trainer/target
exec "$home/benchmarks/java.sh" -Xmx2g \
  -cp "$home/benchmarks/target/classes:$target/maskwright-trainer.jar:$(<"$target/maskwright.classpath")" \
  org.maskwright.benchmarks.growth.Growth "$@"
