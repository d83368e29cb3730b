#!/usr/bin/env bash
# Builds the benchmarks and runs one of their classes: benchmarks/main.sh -Xmx2g MAIN ARGUMENTS
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
"$here/build.sh"
target=$here/../trainer/target
exec "$here/java.sh" "$1" -cp "$here/target/classes:$target/maskwright-trainer.jar:$(<"$target/maskwright.classpath")" "${@:2}"
