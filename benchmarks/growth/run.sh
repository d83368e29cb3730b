#!/usr/bin/env bash
# Measures how cost grows with image size, batch, queries, objects, threads and data set length: growth.json, growth.md, charts.
#
#   benchmarks/growth/run.sh --out DIR [--model mask2former-small] [--rounds 5] [--size 64,128,256] [--batch 1,2,4] ...
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
"$home/maskwright" --version >/dev/null # builds what the launcher runs
(cd "$home" && mvn -B -q -Dstyle.color=never -DskipTests -Dmaskwright.skip-test-compile=true -Dmaskwright.lint=-Xlint:none -Dmaskwright.error-prone=-g \
  ${MASKWRIGHT_MAVEN:-} compile -pl benchmarks -am) >&2

# As the launcher sets them.
export GLIBC_TUNABLES=${GLIBC_TUNABLES:-glibc.malloc.hugetlb=1} OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive} MALLOC_ARENA_MAX=${MALLOC_ARENA_MAX:-1}
export MALLOC_MMAP_THRESHOLD_=${MALLOC_MMAP_THRESHOLD_:-4000000000} MALLOC_TRIM_THRESHOLD_=${MALLOC_TRIM_THRESHOLD_:-100000000000}
target=$home/trainer/target
# shellcheck disable=SC2086  # MASKWRIGHT_OPTS is a list of words
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Xmx2g -XX:+UseSerialGC -Djava.awt.headless=true --add-modules jdk.incubator.vector \
  -Dorg.bytedeco.javacpp.maxbytes=0 -Dorg.bytedeco.javacpp.maxphysicalbytes=0 ${MASKWRIGHT_OPTS:-} \
  -cp "$home/benchmarks/target/classes:$target/maskwright-trainer.jar:$(<"$target/maskwright.classpath")" \
  org.maskwright.benchmarks.growth.Growth "$@"
