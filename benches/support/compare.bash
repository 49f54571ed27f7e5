# What compare.sh is made of: time, rows, and an archive of this machine's own files.
# shellcheck shell=bash disable=SC2154 # here, work, residue and rounds are set by compare.sh

# Seconds of one run; a scanner's exit code only says whether it found something.
seconds() {
  local start end
  start=$(date +%s.%N)
  "$@" >/dev/null 2>"$work/err" </dev/null || true
  end=$(date +%s.%N)
  awk -v a="$start" -v b="$end" 'BEGIN { printf "%.3f\n", b - a }'
}

# Median, fastest and slowest run.
measure() {
  for _ in $(seq "$rounds"); do seconds "$@"; done | sort -n | awk '
    { all[NR] = $1 }
    END {
      middle = NR % 2 ? all[(NR + 1) / 2] : (all[NR / 2] + all[NR / 2 + 1]) / 2
      printf "%.3f %.3f %.3f", middle, all[1], all[NR]
    }'
}

base=
# One line: name, seconds, ratio to the first row since `base` was emptied.
row() {
  local name=$1 median fastest slowest
  shift
  if ! command -v "${needs:-$1}" >/dev/null; then
    printf '%-40s not installed\n' "$name"
    return
  fi
  read -r median fastest slowest < <(measure "$@"; echo)
  [ -n "$base" ] || base=$median
  awk -v n="$name" -v t="$median" -v f="$fastest" -v s="$slowest" -v b="$base" \
    'BEGIN { printf "%-40s %8.3f s  %7.2f x   (%.3f to %.3f)\n", n, t, (b > 0 ? t / b : 0), f, s }'
}

# A command for each file in turn, for tools that take one.
each() {
  local -a command=("$1" "$2")
  shift 2
  local file
  for file in "$@"; do "${command[@]}" "$file"; done
}

# A scan that finds an empty cache, and leaves a full one.
with_empty_cache() {
  rm -rf "$work/cache"
  with_full_cache "$@"
}

with_full_cache() {
  "$residue" scan --cache-dir "$work/cache" --format json --progress never "$@"
}

# The anchors of the built-in rules, one a line.
anchors() {
  sed -n 's/^anchors = \[\(.*\)\]$/\1/p' "$here"/patterns/*.toml | grep -o '"[^"\\]\{3,\}"' | tr -d '"' | sort -u
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

# A scan needs a store of its own each time.
fresh_noseyparker() {
  rm -rf "$work/store"
  noseyparker scan --datastore "$work/store" "$work/layers"
}

# Four layers of 125 MB of files that are installed here: libraries, programs, scripts and documents.
corpus() {
  local folder=$1 number form
  mkdir -p "$folder/gzip" "$folder/zstd"
  find /usr/lib /usr/share /usr/bin -xdev -type f -size -20M -readable 2>/dev/null | LC_ALL=C sort |
    xargs -d '\n' stat -c '%s %n' | awk '{ at = int((NR * 2654435761) % 4); size[at] += $1
      if (size[at] < 125000000) { sub(/^[0-9]+ /, ""); print > ("'"$folder"'/" at ".list") } }'
  for number in 0 1 2 3; do
    tar --no-recursion -cf "$folder/$number.layer" -T "$folder/$number.list" 2>/dev/null
    for form in gzip zstd; do
      "$form" -c "$folder/$number.layer" >"$folder/$form/$number.layer"
    done
  done
  python3 "$here/benches/support/archives.py" "$folder"
}
