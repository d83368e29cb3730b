#!/usr/bin/env bash
# The whole test suite under each instruction set that oneDNN can be held to, on each given Java: a table of results and times.
#
#   benchmarks/isa/run.sh [--sets "SSE41 AVX AVX2 default"] [--modules LIST] [JAVA_HOME ...] [-- MAVEN_OPTION ...]
#
#   --sets      values of ONEDNN_MAX_CPU_ISA; default leaves it unset
#   --modules   only these, and what they need, in Maven's words: engine/torch,trainer
#   JAVA_HOME   default: the one of the environment, or the Java on the PATH
#
# For example      benchmarks/isa/run.sh /usr/lib/jvm/java-17 /usr/lib/jvm/java-25
#                  benchmarks/isa/run.sh --sets "AVX default" --modules engine/simd -- -o
# Output of Maven  target/isa/SET-JAVA.log. Ends with 1 if any run failed.
set -euo pipefail
cd "$(dirname "$0")/../.."

sets="SSE41 AVX AVX2 default"
modules=()
javas=()
maven=()
while (($#)); do
  case $1 in
    --sets) sets=$2; shift 2 ;;
    --modules) modules=(-pl "$2" -am); shift 2 ;;
    --) shift; maven=("$@"); break ;;
    -*) echo "run.sh: unknown option $1" >&2; exit 2 ;;
    *) javas+=("$1"); shift ;;
  esac
done
if ((${#javas[@]} == 0)); then
  javas=("${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")}")
fi

# The sum over modules of one number of Surefire's last lines, "Tests run: 5, Failures: 0, ...".
count() { # NAME LOG
  { grep 'Tests run:' "$2" || true; } | { grep -v 'Time elapsed' || true; } | sed -n "s/.*$1: \([0-9]*\).*/\1/p" |
    awk '{ sum += $1 } END { print sum + 0 }'
}

logs=target/isa
mkdir -p "$logs"
failed=0
printf '| ONEDNN_MAX_CPU_ISA | Java | result | tests | failures | errors | skipped | time |\n|---|---|---|---|---|---|---|---|\n'
for java in "${javas[@]}"; do
  [[ -x $java/bin/java ]] || { echo "run.sh: no java at $java/bin/java" >&2; exit 2; }
  release=$(sed -n 's/^JAVA_VERSION="\(.*\)"/\1/p' "$java/release" 2>/dev/null || true)
  for set in $sets; do
    log=$logs/$set-${release:-java}.log
    limit=(env -u ONEDNN_MAX_CPU_ISA)
    [[ $set == default ]] || limit=(env "ONEDNN_MAX_CPU_ISA=$set")
    start=$SECONDS
    result=green
    JAVA_HOME=$java "${limit[@]}" mvn -B "${maven[@]}" -fae verify "${modules[@]}" >"$log" 2>&1 </dev/null || { result=red; failed=1; }
    took=$((SECONDS - start))
    printf '| %s | %s | %s | %d | %d | %d | %d | %d:%02d |\n' "$set" "${release:-$java}" "$result" \
      "$(count 'Tests run' "$log")" "$(count Failures "$log")" "$(count Errors "$log")" "$(count Skipped "$log")" \
      $((took / 60)) $((took % 60))
  done
done
exit $failed
