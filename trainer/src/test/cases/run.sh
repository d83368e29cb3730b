#!/usr/bin/env bash
# Runs the command line on the inputs of ../shared/cases and prints a table: case, command, exit code, what it said, verdict.
#
#   trainer/src/test/cases/run.sh [NAME ...]   only cases whose names begin with one of these words
#
# The inputs lie beside the clone, or in the folder that MASKWRIGHT_SHARED names. Ends with 1 if any case is not as cases.txt says.
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../../.." && pwd -P)
# shellcheck disable=SC2086  # MASKWRIGHT_MAVEN is a list of words
(cd "$home" && mvn -B -q -Dstyle.color=never -DskipTests -Dmaskwright.lint=-Xlint:none -Dmaskwright.error-prone=-g \
  ${MASKWRIGHT_MAVEN:-} package dependency:build-classpath -Dmdep.includeScope=test -Dmdep.outputFile="$home/trainer/target/cases.classpath" \
  -pl trainer -am) >&2

exec "$home/benchmarks/java.sh" -Xmx2g \
  -Dmaskwright.shared="${MASKWRIGHT_SHARED:-$home/../shared}" -Dmaskwright.home="$home" \
  -cp "$home/trainer/target/test-classes:$(<"$home/trainer/target/cases.classpath"):$home/trainer/target/classes" \
  org.maskwright.trainer.cases.CasesIT "$@"
