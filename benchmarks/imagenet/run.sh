#!/usr/bin/env bash
# Counts how many of 40 ImageNet crops a trained backbone's own classifier gets right, computed by Maskwright's engine.
#
#   benchmarks/imagenet/run.sh CROPS FILE...     CROPS has expected.json and the PNG files; FILE is a wheel, .pth or .safetensors
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
"$home/maskwright" --version >/dev/null # builds what the launcher runs
(cd "$home" && mvn -B -q -Dstyle.color=never -DskipTests -Dmaskwright.skip-test-compile=true -Dmaskwright.lint=-Xlint:none -Dmaskwright.error-prone=-g \
  ${MASKWRIGHT_MAVEN:-} compile -pl benchmarks -am) >&2

target=$home/trainer/target
exec "$home/benchmarks/java.sh" -Xmx2g \
  -cp "$home/benchmarks/target/classes:$target/maskwright-trainer.jar:$(<"$target/maskwright.classpath")" \
  org.maskwright.benchmarks.inference.ImageNetCrops "$@"
