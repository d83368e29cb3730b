#!/usr/bin/env bash
# Packs everything that runs Maskwright's checks on a machine with an NVIDIA GPU and no internet, no JDK and no Maven into one folder.
#
#   benchmarks/gpu/bundle.sh --out DIR [--cuda-libs DIR]... [--cpu] [--tar FILE.tar] [--split MIB]
#
#   --out DIR        the folder to make; it must not exist
#   --cuda-libs DIR  also pack the CUDA and cuDNN libraries below DIR (lib*.so*): without them the machine must have CUDA 13 and cuDNN 9, its own
#                    or those of a Python environment with PyTorch, which run.sh finds.
#                    NVIDIA's own packages on PyPI hold them: with PyTorch's in a virtual environment, VENV/lib/python3.x/site-packages/nvidia
#   --cpu            LibTorch for the CPU in place of CUDA: tries the bundle itself where there is no GPU
#   --tar FILE       also pack the folder into one archive
#   --split MIB      also pack the folder into parts, each under MIB MiB, with their checksums and join.sh: in DIR.parts, which must not exist
#
# On the other machine: DIR/run.sh, from parts after DIR.parts/join.sh. Needs a JDK with jlink (or copies the JDK), Maven, and about 4 GB of disk.
set -euo pipefail

fail() { echo "bundle.sh: $*" >&2; exit 1; }

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
out='' cpu=false archive='' split='' cuda_libs=()
while (($#)); do
  case $1 in
    --out | --cuda-libs | --tar | --split) [[ $# -ge 2 ]] || fail "$1 needs a value" ;;&
    --out) out=$2; shift 2 ;;
    --cuda-libs) cuda_libs+=("$2"); shift 2 ;;
    --tar) archive=$2; shift 2 ;;
    --split) split=$2; shift 2 ;;
    --cpu) cpu=true; shift ;;
    -h | --help) sed -n '2,15s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
    *) fail "unknown option $1; see --help" ;;
  esac
done
[[ -n $out ]] || fail "--out DIR is missing; see --help"
[[ ! -e $out ]] || fail "$out exists already: name a new folder"
if [[ -n $split ]]; then
  [[ $split =~ ^[1-9][0-9]{0,4}$ ]] || fail "--split: expected a whole number of MiB from 1 to 99999, got '$split'"
  parts=${out%/}.parts
  [[ ! -e $parts ]] || fail "$parts exists already: remove it, or name another --out"
  [[ $(basename "$out") =~ ^[A-Za-z0-9._-]+$ && $(basename "$out") != .* ]] ||
    fail "--out $out: with --split, expected a folder's name of letters, digits, '.', '_' and '-'"
fi
for folder in ${cuda_libs[@]+"${cuda_libs[@]}"}; do
  [[ -d $folder ]] || fail "--cuda-libs $folder: no such folder"
done
java_bin=$(readlink -f "${JAVA_HOME:+$JAVA_HOME/bin/java}" 2>/dev/null || true)
java_bin=${java_bin:-$(readlink -f "$(command -v java || fail "no java found")")}
jdk=${java_bin%/bin/java}
[[ -x $jdk/bin/javac ]] || fail "$jdk is no JDK: set JAVA_HOME to one"

profile=(-Pcuda) device=cuda
$cpu && profile=() device=cpu
mkdir -p "$out"/{lib,tests,cuda}
out=$(cd "$out" && pwd -P)

echo "bundle.sh: building for $device (downloads LibTorch's natives the first time) ..." >&2
quick=(-B -q -Dstyle.color=never -DskipTests -Dmaskwright.lint=-Xlint:none -Dmaskwright.error-prone=-g)
classpath=$out/classpath.maven
# One Maven run, so that modules come from this build. The console that runs the tests comes along as a plain file.
(cd "$home" && mvn "${quick[@]}" ${profile[@]+"${profile[@]}"} -pl benchmarks -am package org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath \
  -Dmdep.outputFile="$classpath" -Dmdep.includeScope=test) >&2 # the last module's stays: benchmarks, which depends on all
(cd "$home" && mvn -B -q -N org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy \
  -Dartifact=org.junit.platform:junit-platform-console-standalone:1.13.4 -DoutputDirectory="$out/tests" -Dmdep.stripVersion=true) >&2

# Jars of all modules' test class paths; JUnit itself is in the console.
IFS=: read -r -a jars <"$classpath" || true
for jar in "${jars[@]}"; do
  name=$(basename "$jar")
  case $name in
    '' | maskwright-* | junit-* | opentest4j-* | apiguardian-*) continue ;;
  esac
  [[ -d $jar || -e $out/lib/$name ]] || cp "$jar" "$out/lib/"
done
rm -f "$classpath"
for module in files engine/api engine/simd engine/torch engine/nd4j datasets model-zoo trainer benchmarks; do
  name=${module//\//-}
  "$jdk/bin/jar" --create --no-compress --file "$out/lib/maskwright-$name.jar" -C "$home/$module/target/classes" .
  if [[ -d $home/$module/target/test-classes ]]; then
    cp -r "$home/$module/target/test-classes" "$out/tests/$name" # a folder: tests open their fixtures as files
  fi
done

# JDK 17 knows the jmods; a JDK built without them is copied whole.
if ! "$jdk/bin/jlink" --add-modules ALL-MODULE-PATH --strip-debug --no-header-files --no-man-pages --output "$out/runtime" 2>"$out/jlink.log"; then
  echo "bundle.sh: jlink did not work ($(tail -n 1 "$out/jlink.log")): copying $jdk" >&2
  rm -rf "$out/runtime"
  cp -rL "$jdk" "$out/runtime"
fi
rm -f "$out/jlink.log"
# In front of the library path there must be one file for each name; links become files.
for folder in ${cuda_libs[@]+"${cuda_libs[@]}"}; do
  find "$folder" -name 'lib*.so*' \( -type f -o -type l \) -exec cp -Ln {} "$out/cuda/" \;
done

cp "$home/benchmarks/gpu/run.sh" "$home/benchmarks/gpu/cuda-libs.sh" "$home/trainer/launcher/runtime.sh" "$home/LICENSE" "$home/NOTICE" "$out/"
natives=$(ls "$out/lib" | grep '^pytorch-.*linux\|^pytorch-.*macosx' || true)
{
  echo "device=$device"
  echo "commit=$(git -C "$home" rev-parse --short=12 HEAD 2>/dev/null || echo unknown)"
  echo "made=$(date -u +%Y-%m-%dT%H:%M:%SZ)"
  echo "java=$(sed -n 's/^JAVA_VERSION="\(.*\)"/\1/p' "$jdk/release")"
  echo "libtorch=$natives"
  echo "cuda_libraries=$(find "$out/cuda" -type f | wc -l)"
} >"$out/BUNDLE"
chmod +x "$out/run.sh" "$out/cuda-libs.sh"
if [[ -n $archive ]]; then
  tar -cf "$archive" -C "$(dirname "$out")" "$(basename "$out")"
fi
if [[ -n $split ]]; then
  mkdir "$parts"
  tar -cf - -C "$(dirname "$out")" "$(basename "$out")" | split -b $((split * 1048576 - 1)) -d -a 4 - "$parts/part-"
  (cd "$parts" && sha256sum part-* >SHA256SUMS)
  basename "$out" >"$parts/NAME"
  cp "$home/benchmarks/gpu/join.sh" "$parts/"
  chmod +x "$parts/join.sh"
  echo "bundle.sh: $parts, $(find "$parts" -name 'part-*' | wc -l) parts" >&2
fi
echo "bundle.sh: $out, $(du -sh "$out" | cut -f1)$([[ -n $archive ]] && echo "; $archive")" >&2
