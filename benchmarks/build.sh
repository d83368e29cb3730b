#!/usr/bin/env bash
# Builds what the launcher runs, and the benchmarks' classes beside it, without their tests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
./maskwright --version >/dev/null
# shellcheck disable=SC2086  # MASKWRIGHT_MAVEN is a list of words
mvn -B -q -Dstyle.color=never -DskipTests -Dmaskwright.skip-test-compile=true -Dmaskwright.lint=-Xlint:none -Dmaskwright.error-prone=-g \
  ${MASKWRIGHT_MAVEN:-} compile -pl benchmarks -am >&2
