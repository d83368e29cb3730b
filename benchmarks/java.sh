#!/usr/bin/env bash
# java as the launcher starts it to train: benchmarks/java.sh -Xmx2g -cp CLASSPATH MAIN ARGUMENTS
set -euo pipefail

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
java=$(command -v "$java") || { echo "java.sh: no java found: install a JDK, 17 or newer, or set JAVA_HOME" >&2; exit 1; }
# shellcheck source=trainer/launcher/runtime.sh
source "$(dirname "${BASH_SOURCE[0]}")/../trainer/launcher/runtime.sh"
options_to_compute
# shellcheck disable=SC2086  # MASKWRIGHT_OPTS is a list of words
exec "$java" "${options[@]}" ${MASKWRIGHT_OPTS:-} "$@"
