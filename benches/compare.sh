#!/usr/bin/env bash
# residue beside the tools that set the pace, and beside other public scanners: medians of wall clock
# time, ratios and spread, all in one run.
#
#   benches/compare.sh [ARCHIVE] [ROUNDS]
#
# Without ARCHIVE (or with `-`) one is made of what this machine has installed: 500 MB of its libraries,
# scripts and documents in four layers, as a plain docker-archive and as an OCI archive with gzip and
# with zstd layers. Tools that are not installed are left out and said so. Each scanner runs with its
# defaults for secrets in an image archive; one that knows no archives gets the layers as folders.
set -euo pipefail

archive=${1:--}
rounds=${2:-5}
here=$(cd "$(dirname "$0")/.." && pwd)
residue=${RESIDUE:-$here/target/release/residue}
[ -x "$residue" ] || (cd "$here" && cargo build --release --locked --quiet)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=benches/support/compare.bash
source "$here/benches/support/compare.bash"

if [ "$archive" = - ]; then
  corpus "$work/made"
  archive=$work/made/plain.tar
fi
cat "$archive" >/dev/null

printf '%s, %s bytes, median of %s runs\n' "$(basename "$archive")" "$(stat -c %s "$archive")" "$rounds"
row "openssl dgst -sha256" openssl dgst -sha256 "$archive"
row "cat" cat "$archive"
anchors >"$work/anchors"
row "rg -c -a -F -i, anchors of all rules" rg -c -a -F -i -f "$work/anchors" "$archive"
row "residue" "$residue" scan --no-cache --format json --progress never "$archive"
row "residue, 1 thread" "$residue" scan --no-cache --format json --progress never --threads 1 "$archive"
row "residue, 1 thread, --no-verify" "$residue" scan --no-cache --format json --progress never --threads 1 --no-verify "$archive"
row "residue, cache empty" with_empty_cache "$archive"
row "residue, cache full" with_full_cache "$archive"

if [ -d "$work/made" ]; then
  for form in gzip zstd; do
    layers=("$work/made/$form"/*.layer)
    base=
    printf '\n%s layers, %s bytes\n' "$form" "$(cat "${layers[@]}" | wc -c)"
    row "$form -dc of the layers" "$form" -dc "${layers[@]}"
    [ "$form" = zstd ] || row "pigz -dc of the layers" each pigz -dc "${layers[@]}"
    row "residue" "$residue" scan --no-cache --format json --progress never "$work/made/$form.tar"
    row "residue, 1 thread" "$residue" scan --no-cache --format json --progress never --threads 1 "$work/made/$form.tar"
    row "residue, cache empty" with_empty_cache "$work/made/$form.tar"
    row "residue, cache full" with_full_cache "$work/made/$form.tar"
  done
fi

printf '\nother scanners, %s\n' "$(basename "$archive")"
base=
unpack
row "residue" "$residue" scan --no-cache --format json --progress never "$archive"
row "trivy" trivy image --quiet --scanners secret --input "$archive"
row "betterleaks" betterleaks container --no-banner "$archive"
row "trufflehog" trufflehog docker --no-update --no-verification --image "file://$archive"
row "keyhog" keyhog scan --docker-image "$archive"
row "ggshield" ggshield secret scan docker-archive "$archive"
row "gitleaks, layers as folders" gitleaks dir --no-banner "$work/layers"
row "kingfisher, layers as folders" kingfisher scan --no-validate "$work/layers"
needs=noseyparker row "noseyparker, layers as folders" fresh_noseyparker
