#!/usr/bin/env bash
# Prints the folders with CUDA 13 and cuDNN 9 that a bundle is to use, in the form of LD_LIBRARY_PATH; nothing where the system has them.
#
#   cuda-libs.sh [DIR]
#
#   DIR   a folder below which they are; without it: those packed in the bundle, those that the dynamic linker knows, then those of NVIDIA's
#         Python packages (nvidia/*/lib, as PyTorch for CUDA 13 installs them) in $VIRTUAL_ENV, $CONDA_PREFIX, python3 and python
# Where they come from is told on standard error. Exit code 1 where none are found.
set -euo pipefail

needed=(libcudart.so.13 libcublas.so.13 libcudnn.so.9)

# The folders of the needed libraries' packages below one folder, if all are there.
below() {
  local folders found
  [[ -d $1 ]] || return 1
  for library in "${needed[@]}"; do
    found=$(find -L "$1" -name "$library" -print -quit 2>/dev/null)
    [[ -n $found ]] || return 1
  done
  folders=$(find -L "$1" -name 'lib*.so*' -printf '%h\n' 2>/dev/null | grep -v '/stubs$' | sort -u | paste -sd:)
  echo "cuda-libs.sh: CUDA and cuDNN of $1" >&2
  echo "$folders"
}

# Where Python looks for packages, one folder a line.
packages() {
  local python
  for python in ${VIRTUAL_ENV:+"$VIRTUAL_ENV/bin/python"} ${CONDA_PREFIX:+"$CONDA_PREFIX/bin/python"} python3 python; do
    "$python" -c 'import sys; print("\n".join(p for p in sys.path if p))' 2>/dev/null || true
  done
}

if (($#)); then
  below "$1" && exit 0
  echo "cuda-libs.sh: $1: expected ${needed[*]} below it; name the folder of CUDA 13 and cuDNN 9" >&2
  exit 1
fi
packed=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)/cuda
below "$packed" && exit 0
known=$(ldconfig -p 2>/dev/null || true)
missing=0
for library in "${needed[@]}"; do
  grep -q "$library" <<<"$known" || missing=1
done
if ((missing == 0)); then
  echo "cuda-libs.sh: CUDA and cuDNN of the system" >&2
  exit 0
fi
while read -r folder; do
  below "$folder/nvidia" && exit 0
done < <(packages | awk '!seen[$0]++')
echo "cuda-libs.sh: no ${needed[*]} found, packed, on the system or in a Python environment; pip install torch brings them, or name their folder" >&2
exit 1
