#!/usr/bin/env bash
# How many instructions a scan takes: the same in every run whatever else the machine does, so that a
# regression shows where times would not tell it from noise.
#
#   benches/instructions.sh             prints them: of each kind of file those a byte, and those of a start
#   benches/instructions.sh --check     and fails where one is more than 5 % above benches/instructions.txt
#   benches/instructions.sh --update    writes them there
#
# Counted by callgrind on archives that are the same bytes everywhere (support/fixed.py), on one thread
# and without digests: valgrind has no SHA instructions, and what it counts in their place is not what
# runs. A scan of one empty layer is the start, which is taken off the others.
#
# What is counted is this crate optimised on libraries as the tests have them, optimised but with their
# assertions: most are compiled already, where a release build would compile all once more, and a release
# takes fewer instructions (9.8 of zeros). RESIDUE=PROGRAM counts another program.
#
# A figure holds for one vector unit and one rustc; where either is another one, that is said and nothing
# fails.
set -euo pipefail

mode=${1:-}
case $mode in
'' | --check | --update) ;;
*) printf 'usage: %s [--check | --update]\n' "$0" >&2 && exit 2 ;;
esac
here=$(cd "$(dirname "$0")/.." && pwd)
recorded=$here/benches/instructions.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$here"
if [ -z "${RESIDUE:-}" ]; then
  own=profile.dev.package.residue
  CARGO_INCREMENTAL=0 cargo build --locked --quiet --bin residue \
    --config "$own.opt-level=2" --config "$own.codegen-units=16" \
    --config "$own.debug-assertions=false" --config "$own.overflow-checks=false"
  RESIDUE=${CARGO_TARGET_DIR:-target}/debug/residue
fi
residue=$(realpath "$RESIDUE")
rustc=$(rustc --version | cut -d' ' -f2)
# What the program and its libraries choose by. Valgrind shows a program AVX2 and nothing beyond it.
if grep -qw avx2 /proc/cpuinfo && grep -qw bmi2 /proc/cpuinfo; then
  unit=avx2
else
  unit=portable-$(uname -m)
fi
# A configuration that lies in the current folder would be read.
cd "$work"
python3 "$here/benches/support/fixed.py" . >images

# Instructions of one scan, into a file of its name.
count() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null \
    "$residue" scan --format json --progress never --threads 1 --no-verify "$1.tar" \
    </dev/null >"$1.json" 2>"$1.log" || [ $? -eq 1 ] || { cat "$1.log" >&2 && return 1; }
  awk '/ Collected : / { count = $NF } END { if (!count) exit 1; print count }' "$1.log" >"$1.count" ||
    { cat "$1.log" >&2 && return 1; }
}
export -f count
export residue
cut -d' ' -f1 images | xargs -P "$(nproc)" -I{} bash -c 'count {}'

# `unit rustc name figure`, the start in instructions, the others in instructions a byte.
start=$(cat empty.count)
printf '%s %s start %s\n' "$unit" "$rustc" "$start" >figures
while read -r name bytes; do
  [ "$name" != empty ] || continue
  awk -v head="$unit $rustc $name" -v all="$(cat "$name.count")" -v start="$start" -v bytes="$bytes" \
    'BEGIN { printf "%s %.2f\n", head, (all - start) / bytes }' >>figures
done <images

if [ "$mode" = --update ]; then
  {
    printf '%s\n' "# Written by benches/instructions.sh --update: vector unit, rustc, kind, instructions a byte (of a start: all)."
    [ ! -e "$recorded" ] || grep -v -e '^#' -e "^$unit " "$recorded" || true
    cat figures
  } >new
  mv new "$recorded"
fi
[ -e "$recorded" ] || recorded=/dev/null
awk -v check="$mode" -v file="benches/instructions.txt" '
  FILENAME != "figures" { if (!/^#/) { held[$1, $3] = $4; made_by[$1, $3] = $2 } next }
  {
    note = ""
    known = held[$1, $3]
    if (known == "") note = "none recorded for " $1
    else {
      change = 100 * ($4 / known - 1)
      note = sprintf("%+.2f %%", change)
      if (made_by[$1, $3] != $2) note = note ", recorded with rustc " made_by[$1, $3] ", not held"
      else if (change > 5) { note = note ", MORE than 5 % above " file; worse = 1 }
      else if (change < -5) note = note ", better: write it down with --update"
    }
    printf "%-14s %14s  %s %s  %s\n", $3, $4, $1, $2, note
  }
  END { exit check == "--check" && worse }' "$recorded" figures
