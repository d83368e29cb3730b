#!/usr/bin/env bash
# Runs conformance, parity, training steps and forward passes of this bundle on an NVIDIA GPU; writes everything into one folder.
#
#   ./run.sh [--out DIR] [--quick] [--cuda-libs DIR]
#
#   --out DIR         results (default: results-HOST-DATE in the current folder)
#   --quick           steps and passes with tiny inputs only
#   --cuda-libs DIR   CUDA 13 and cuDNN 9 are below DIR (default: as packed, of the system, or of a Python environment with PyTorch: cuda-libs.sh)
# Made by benchmarks/gpu/bundle.sh; needs nothing but this folder and the GPU's driver (and CUDA, where it was not packed).
# Exit code 0 if all checks passed on the device, 1 otherwise, 2 where it could not start; summary.md names each.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
out='' quick=false cuda_libs=()
while (($#)); do
  case $1 in
    --out) [[ $# -ge 2 ]] || { echo "run.sh: --out needs a folder" >&2; exit 2; }; out=$2; shift 2 ;;
    --quick) quick=true; shift ;;
    --cuda-libs) [[ $# -ge 2 ]] || { echo "run.sh: --cuda-libs needs a folder" >&2; exit 2; }; cuda_libs=("$2"); shift 2 ;;
    -h | --help) sed -n '2,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
    *) echo "run.sh: unknown option $1; see --help" >&2; exit 2 ;;
  esac
done
[[ -f $here/BUNDLE ]] || { echo "run.sh: no bundle here; make one with benchmarks/gpu/bundle.sh" >&2; exit 2; }
device=$(sed -n 's/^device=//p' "$here/BUNDLE")
cuda=''
if [[ $device == cuda ]]; then
  cuda=$("$here/cuda-libs.sh" ${cuda_libs[@]+"${cuda_libs[@]}"}) || exit 2
fi
out=${out:-results-$(uname -n)-$(date -u +%Y%m%d-%H%M)}
mkdir -p "$out/native" || exit 1
out=$(cd "$out" && pwd -P)

[[ -z $cuda ]] || export LD_LIBRARY_PATH=$cuda${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
java=$here/runtime/bin/java
# shellcheck source=trainer/launcher/runtime.sh
source "$here/runtime.sh"
options_to_compute
# The native libraries are unpacked beside the results: a home folder may be missing, full or read-only.
java=("$java" "${options[@]}" -Xmx3g "-Dorg.bytedeco.javacpp.cachedir=$out/native" "-Djava.io.tmpdir=$out/native" "-Duser.home=$out/native")
jars=$here/lib/*
failed=0

{
  echo "# Maskwright on $device"
  echo
  sed 's/^/- /' "$here/BUNDLE"
  [[ $device == cuda ]] && echo "- cuda=${cuda:-of the system}"
  echo "- system=$(uname -srm), $(getconf _NPROCESSORS_ONLN) processors"
  if command -v nvidia-smi >/dev/null; then
    nvidia-smi --query-gpu=name,driver_version,memory.total,compute_cap --format=csv,noheader | sed 's/^/- gpu=/'
  else
    echo "- gpu=nvidia-smi not found"
  fi
  echo
  echo "| check | result |"
  echo "|---|---|"
} >"$out/summary.md"
command -v nvidia-smi >/dev/null && nvidia-smi >"$out/nvidia-smi.txt" 2>&1

row() { echo "| $1 | $2 |" | tee -a "$out/summary.md"; }

# Runs test classes; a test that was skipped did not run on the device, so it is no pass.
tests() {
  local name=$1 log=$out/$1.log ran bad
  shift
  local words=() folders=''
  for folder in "$here"/tests/*; do folders+=$folder:; done
  for class in "$@"; do words+=(--select-class "$class"); done
  "${java[@]}" -cp "$folders$jars" org.junit.platform.console.ConsoleLauncher execute --disable-banner --details=tree --disable-ansi-colors \
    "${words[@]}" --reports-dir "$out/$name" >"$log" 2>&1
  counts() { local n; n=$(sed -n "s/^\[ *\([0-9]*\) tests $1 *\]/\1/p" "$log"); echo "${n:-0}"; }
  ran=$(counts successful)
  bad=$(($(counts failed) + $(counts aborted) + $(counts skipped)))
  if ((ran == 0 || bad != 0)); then
    failed=1
    row "$name" "FAILED: $ran passed, $(counts failed) failed, $(counts aborted) aborted (no device?), $(counts skipped) skipped; $name.log"
  else
    row "$name" "$ran passed"
  fi
}

step() {
  local label="step $1, $3 x $2 x $2, $4, $5" file
  file=$out/step-$1-$2-$3-$4-${5//:/-}
  if "${java[@]}" -cp "$jars" org.maskwright.benchmarks.train.TrainStep "$1" "$2" "$3" "$4" torch 0 "${6:-10}" "$5" >"$file.json" 2>"$file.log"; then
    row "$label" "$(tail -n 1 "$file.json")"
  else
    failed=1
    row "$label" "FAILED: $(grep -m 1 -i 'exception\|error' "$file.log" | cut -c1-200); $(basename "$file").log"
  fi
}

inference() {
  local label="inference $1, $3 x $2 x $2, $4, $5" file
  file=$out/inference-$1-$2-$3-$4-${5//:/-}
  if "${java[@]}" -cp "$jars" org.maskwright.benchmarks.inference.InferenceStep "$1" "$2" "$3" "$4" "$5" "${6:-20}" >"$file.json" 2>"$file.log"; then
    row "$label" "$(tail -n 1 "$file.json")"
  else
    failed=1
    row "$label" "FAILED: $(grep -m 1 -i 'exception\|error' "$file.log" | cut -c1-200); $(basename "$file").log"
  fi
}

if [[ $device == cuda ]]; then
  tests conformance org.maskwright.engine.torch.TorchCudaConformanceTest org.maskwright.engine.torch.TorchCudaCompositeConformanceTest \
    org.maskwright.engine.torch.TorchCudaValueConformanceTest org.maskwright.engine.torch.TorchCudaMemoryTest
else
  tests conformance org.maskwright.engine.torch.TorchPrimitiveConformanceTest org.maskwright.engine.torch.TorchCompositeConformanceTest
fi
# Golden outputs and gradients of the reference, on the device that auto picks: the GPU where there is one.
tests parity org.maskwright.modelzoo.parity.ModelParityTest
[[ $device == cuda ]] && tests devices-agree org.maskwright.benchmarks.DevicesAgreeTest
if $quick; then
  step mask2former-tiny 64 1 fp32 "$device" 2
  inference mask2former-tiny 64 1 fp32 "$device" 2
else
  precisions=(fp32 bf16)
  [[ $device == cuda ]] && precisions+=(fp16)
  for precision in "${precisions[@]}"; do
    step mask2former-r50 512 2 "$precision" "$device"
    inference mask2former-r50 640 1 "$precision" "$device"
    if [[ $device == cuda ]]; then
      step mask2former-r50 1024 2 "$precision" "$device"
      inference mask2former-r50 1024 1 "$precision" "$device"
    fi
  done
  step mask2former-r50 512 2 fp32 cpu 2
fi
rm -rf "$out/native"
echo "run.sh: $out/summary.md" >&2
exit $failed
