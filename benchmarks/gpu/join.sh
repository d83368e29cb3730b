#!/usr/bin/env bash
# Puts the parts of a bundle together again: bundle.sh --split wrote this file beside them.
#
#   ./join.sh [--out DIR]
#
#   --out DIR   where the bundle's folder is put (default: the folder of the parts)
# Every part is compared with its checksum before anything is unpacked; a missing or damaged one is named, so that it alone is copied again.
# Needs bash, tar and GNU coreutils. Exit code 0 if the bundle is there, 1 otherwise.
set -euo pipefail

fail() { echo "join.sh: $*" >&2; exit 1; }

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
out=$here
while (($#)); do
  case $1 in
    --out) [[ $# -ge 2 ]] || fail "--out needs a folder"; out=$2; shift 2 ;;
    -h | --help) sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
    *) fail "unknown option $1; see --help" ;;
  esac
done
[[ -f $here/SHA256SUMS && -f $here/NAME ]] || fail "$here holds no parts: expected SHA256SUMS and NAME beside this file, as bundle.sh --split writes them"
name=$(<"$here/NAME")
[[ $name =~ ^[A-Za-z0-9._-]+$ && $name != .* ]] || fail "NAME: expected the name of one folder, got '$name'; copy the file again"
[[ ! -e $out/$name ]] || fail "$out/$name exists already: remove it, or name another folder with --out"

parts=() bad=()
while read -r sum part; do
  parts+=("$here/$part")
  if [[ ! -f $here/$part ]]; then
    bad+=("$part is missing")
  elif [[ $(sha256sum <"$here/$part") != "$sum  -" ]]; then
    bad+=("$part is damaged")
  fi
done <"$here/SHA256SUMS"
((${#parts[@]})) || fail "SHA256SUMS names no part; copy the file again"
if ((${#bad[@]})); then
  printf 'join.sh: %s\n' "${bad[@]}" >&2
  fail "${#bad[@]} of ${#parts[@]} parts to be copied again; nothing was unpacked"
fi

mkdir -p "$out"
unpacked=$(mktemp -d "$out/.joining-XXXXXX") # beside, then renamed: a full disk leaves no half bundle
trap 'rm -rf "$unpacked"' EXIT
cat -- "${parts[@]}" | tar -xf - -C "$unpacked"
[[ -f $unpacked/$name/BUNDLE ]] || fail "the parts hold no bundle $name; make them again with bundle.sh --split"
mv "$unpacked/$name" "$out/$name"
echo "join.sh: $out/$name, from ${#parts[@]} parts; run $out/$name/run.sh" >&2
