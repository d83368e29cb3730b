#!/usr/bin/env bash
# Measures Maskwright beside its Python peers in one run and writes OUT/peers.md and OUT/peers.json.
#
#   benchmarks/peers/run.sh [--out DIR] [--quick] [--rounds N] [--only step,inference,score,data,checkpoint,start]
#
#   --out DIR    results and the inputs made for them (default: runs/peers)
#   --venv DIR   the Python environment (default: benchmarks/peers/.venv, made with requirements.txt where it is missing)
#   --ours-only  measure Maskwright alone
#   --quick      tiny inputs and two rounds: shows that everything runs, measures nothing
# benchmarks/peers/run.py --help tells the rest. Needs python3 (3.10 or newer), a JDK and Maven. Where PyPI cannot be reached, only our side is measured.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
home=$(cd "$here/../.." && pwd -P)
venv=$here/.venv
given=false
ours_only=false
words=()
while (($#)); do
  case $1 in
    --venv)
      [[ $# -ge 2 ]] || { echo "run.sh: --venv needs a folder" >&2; exit 2; }
      venv=$2 given=true
      shift 2 ;;
    --ours-only) ours_only=true; shift ;;
    -h | --help) sed -n '2,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
    *) words+=("$1"); shift ;;
  esac
done

command -v python3 >/dev/null || { echo "run.sh: no python3 found; it drives the measurement, also of our side alone" >&2; exit 1; }
python=python3
if ! $ours_only; then
  if [[ ! -e $venv/peers-installed && -x $venv/bin/python ]] && $given; then
    python=$venv/bin/python # another's environment is used as it is; what it lacks is named in the report
  elif [[ -e $venv/peers-installed ]]; then
    python=$venv/bin/python
  elif $given; then
    echo "run.sh: no Python environment at $venv" >&2
    exit 2
  else
    echo "run.sh: making $venv (downloads PyTorch; minutes) ..." >&2
    rm -rf "$venv"
    if python3 -m venv "$venv" && "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"; then
      touch "$venv/peers-installed"
      python=$venv/bin/python
    else
      rm -rf "$venv"
      ours_only=true
      echo "run.sh: the peers could not be installed (pip's reason is above): only Maskwright is measured" >&2
    fi
  fi
fi
$ours_only && words+=(--ours-only)

echo "run.sh: building the benchmarks ..." >&2
"$home/benchmarks/build.sh"
exec "$python" "$here/run.py" "${words[@]}"
