#!/usr/bin/env bash
# How residue takes what is large: time and anonymous memory of a scan of each of these.
#
#   benches/scale.sh [FRACTION] [CASE ...]
#
#   mix, mix-10   real files of this machine, 0.5 GB in 4 layers, and ten times as many layers
#   mix-100       as mix, with a hundred times as many layers; only where it is asked for
#   mix-gzip      as mix, with gzip layers
#   mix-10-gzip   as mix-10, with gzip layers; only where it is asked for
#   mix-100-gzip  as mix-100, with gzip layers; only where it is asked for
#   zeros         50 GB of zeros with a secret in front, in the middle and behind, without digests
#   file          one file of 20 GB with a secret in its last line, without digests
#   entries       5 million entries in one gzip layer, a secret behind them
#   line          one file of one line of 2 GB that ends in a secret
#   tokens        16 gzip layers of files of nothing but tokens, also in archives: three million, of which a report
#                 lists some
#
# FRACTION (default 1) makes all of them smaller: 0.01 takes seconds. Archives are made in `$TMPDIR`, one
# after the other, with holes where there are zeros: whole, they need 6 GB of room, mix-100 50 GB and
# with gzip layers 21 GB. Whoever finds a secret missing, a scan incomplete, or more than 200 MB, fails.
# RESIDUE=PROGRAM scans with another program, THREADS=N with so many threads: what memory many take can be seen on
# few cores, what time they save cannot.
set -euo pipefail

fraction=${1:-1}
shift || true
cases=("$@")
[ $# -gt 0 ] || cases=(mix mix-10 mix-gzip zeros file entries line tokens)
here=$(cd "$(dirname "$0")/.." && pwd)
residue=${RESIDUE:-$here/target/release/residue}
[ -x "$residue" ] || (cd "$here" && cargo build --release --locked --quiet)
residue=$(realpath "$residue")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# A configuration that lies in the current folder would be read.
cd "$work"
support() { python3 "$here/benches/support/scale.py" "$@"; }

times() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", a / b }'; }

base=()
failed=0
printf '%-12s %12s %12s %9s %9s %9s\n' case bytes "on disk" seconds processor "MB of RAM"
for case in "${cases[@]}"; do
  options=()
  case $case in
  zeros | file) options=(--no-verify) ;;
  esac
  [ -z "${THREADS:-}" ] || options+=(--threads "$THREADS")
  support make "$case" "$fraction" image.tar
  read -r seconds processor memory wrong < <(support scan "$residue" image.tar "${options[@]}")
  note=$wrong
  [ -z "$wrong" ] || failed=1
  case $case in
  mix) base=("$seconds" "$processor") ;;
  mix-10) [ ${#base[@]} = 0 ] || note="$(times "$seconds" "${base[0]}"), $(times "$processor" "${base[1]}") times mix${wrong:+; $wrong}" ;;
  esac
  printf '%-12s %12s %12s %9s %9s %9s  %s\n' "$case" "$(stat -c %s image.tar)" \
    "$(($(stat -c %b image.tar) * 512))" "$seconds" "$processor" "$memory" "$note"
  rm -f image.tar image.tar.planted
done
exit "$failed"
