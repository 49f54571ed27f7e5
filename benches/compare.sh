#!/usr/bin/env bash
# residue beside other public scanners on one archive: medians of wall clock time and ratios.
#
#   benches/compare.sh ARCHIVE [ROUNDS]
#
# Tools that are not installed are left out and said so. Each runs with its defaults for secrets
# in an image archive; a tool that knows no archives gets the layers unpacked as folders.
set -euo pipefail

[ $# -ge 1 ] || { echo "usage: $0 ARCHIVE [ROUNDS]" >&2; exit 2; }
archive=$(realpath "$1")
rounds=${2:-5}
here=$(cd "$(dirname "$0")/.." && pwd)
residue=${RESIDUE:-$here/target/release/residue}
[ -x "$residue" ] || (cd "$here" && cargo build --release --locked --quiet)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Seconds of one run; a scanner's exit code only says whether it found something.
seconds() {
  local start end
  start=$(date +%s.%N)
  "$@" >"$work/out" 2>"$work/err" </dev/null || true
  end=$(date +%s.%N)
  awk -v a="$start" -v b="$end" 'BEGIN { printf "%.3f\n", b - a }'
}

median() {
  for _ in $(seq "$rounds"); do seconds "$@"; done | sort -n | awk '
    { all[NR] = $1 } END { printf "%.3f", NR % 2 ? all[(NR + 1) / 2] : (all[NR / 2] + all[NR / 2 + 1]) / 2 }'
}

base=
row() {
  local name=$1 time
  shift
  if ! command -v "${needs:-$1}" >/dev/null; then
    printf '%-38s not installed\n' "$name"
    return
  fi
  time=$(median "$@")
  [ -n "$base" ] || base=$time
  awk -v n="$name" -v t="$time" -v b="$base" \
    'BEGIN { printf "%-38s %9.3f s %8.2f x\n", n, t, (b > 0 ? t / b : 0) }'
}

# Every layer of a docker-archive as a folder of its own, for tools that read folders.
unpack() {
  local number=0 layer
  mkdir -p "$work/archive" "$work/layers"
  tar -xf "$archive" -C "$work/archive"
  find "$work/archive" -type f \( -name '*.tar' -o -name '*.tar.gz' -o -path '*/blobs/sha256/*' \) |
    sort | while read -r layer; do
    mkdir -p "$work/layers/$number"
    tar -xf "$layer" -C "$work/layers/$number" --exclude='dev/*' 2>/dev/null || true
    number=$((number + 1))
  done
}

printf '%s, %s bytes, median of %s\n' "$(basename "$archive")" "$(stat -c %s "$archive")" "$rounds"
cat "$archive" >/dev/null
unpack
row "residue" "$residue" scan --format json --progress never "$archive"
row "residue, one thread" "$residue" scan --format json --progress never --threads 1 "$archive"
row "openssl dgst -sha256" openssl dgst -sha256 "$archive"
row "trivy" trivy image --quiet --scanners secret --input "$archive"
row "trufflehog" trufflehog docker --no-update --no-verification --image "file://$archive"
row "gitleaks, layers as folders" gitleaks dir --no-banner "$work/layers"
fresh_noseyparker() {
  rm -rf "$work/store"
  noseyparker scan --datastore "$work/store" "$work/layers"
}
needs=noseyparker row "noseyparker, layers as folders" fresh_noseyparker
row "kingfisher, layers as folders" kingfisher scan --no-validate "$work/layers"
row "ggshield" ggshield secret scan docker-archive "$archive"
