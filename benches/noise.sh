#!/usr/bin/env bash
# Counts what is said of files that hold no secret of anybody: a Debian root file system, and popular
# packages of PyPI and npm as they are installed. Every finding at `likely` or better that is no key
# material is noise.
#
#   benches/noise.sh [FOLDER]       FOLDER keeps the corpus for the next run (default: target/noise)
#
# Needs mmdebstrap, python3 with pip, npm, and the registries; prints one line a layer.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-target/noise}
residue=${RESIDUE:-target/release/residue}
mkdir -p "$folder"

debian=python3,nodejs,perl,openssl,git,openssh-server
pypi="boto3 botocore requests urllib3 numpy pandas scipy django flask fastapi pydantic sqlalchemy
  cryptography paramiko google-auth google-cloud-storage azure-identity azure-storage-blob kubernetes
  ansible-core jinja2 celery redis pymongo psycopg2-binary twisted tornado aiohttp scikit-learn
  matplotlib pillow grpcio"
npm="react react-dom next express lodash webpack typescript eslint jest axios aws-sdk
  @aws-sdk/client-s3 firebase stripe jsonwebtoken node-forge socket.io mongoose sequelize pg mysql2
  redis graphql @babel/core vue @angular/core rxjs moment passport puppeteer-core discord.js openai"

root_layer() {
  [ -s "$folder/0.tar" ] ||
    mmdebstrap --variant=minbase --include=$debian bookworm "$folder/0.tar" 2>"$folder/debian.log"
}

pypi_layer() {
  [ -s "$folder/1.tar" ] && return
  local site=$folder/pypi/usr/local/lib/python3.11/site-packages wheels=$folder/wheels
  mkdir -p "$site"
  # shellcheck disable=SC2086
  python3 -m pip download -q --no-deps --only-binary :all: -d "$wheels" $pypi
  for wheel in "$wheels"/*.whl; do python3 -m zipfile -e "$wheel" "$site"; done
  tar -C "$folder/pypi" --sort=name -cf "$folder/1.tar" usr
}

npm_layer() {
  [ -s "$folder/2.tar" ] && return
  local packages=$folder/packages modules=$folder/npm/srv/app/node_modules
  mkdir -p "$packages" "$modules"
  for name in $npm; do
    local file
    file=$(npm pack --silent --pack-destination "$packages" "$name" | tail -n 1)
    mkdir -p "$modules/$name"
    tar -xzf "$packages/$file" -C "$modules/$name" --strip-components 1
  done
  tar -C "$folder/npm" --sort=name -cf "$folder/2.tar" srv
}

# A docker-archive of the three layers, by hand: no daemon is needed.
image() {
  local diffs="" layers="" n
  for n in 0 1 2; do
    diffs+="\"sha256:$(sha256sum "$folder/$n.tar" | cut -d' ' -f1)\","
    layers+="\"$n.tar\","
  done
  printf '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[%s]}}' \
    "${diffs%,}" >"$folder/config.json"
  printf '[{"Config":"config.json","RepoTags":null,"Layers":[%s]}]' "${layers%,}" \
    >"$folder/manifest.json"
  tar -C "$folder" -cf "$folder/image.tar" manifest.json config.json 0.tar 1.tar 2.tar
}

root_layer
pypi_layer
npm_layer
[ "$folder/image.tar" -nt "$folder/2.tar" ] || image
status=0
"$residue" scan --no-cache --quiet --format json --output "$folder/report.json" "$folder/image.tar" || status=$?
[ "$status" -le 1 ] || exit "$status"
python3 benches/support/noise.py "$folder/report.json"
