#!/usr/bin/env bash
# Builds images with real tools from the planted context and writes them in every shape.
#
#   build-images.sh CONTEXT OUT
#
# CONTEXT holds a Dockerfile, Dockerfile.multi and the folders they copy; `deploy-token` in it is
# the build argument's value. OUT receives the archives and `images.tsv`: reference, traits.
# Needs root, docker.io (with dockerd), buildah, podman, skopeo, umoci, busybox-static, zstd, xz, bzip2.
set -euo pipefail

context=$(realpath "$1")
mkdir -p "$2"
out=$(realpath "$2")
work=$(mktemp -d)
token=$(cat "$context/deploy-token")
name=localhost/residue/app:1
policy=$work/policy.json
table=$out/images.tsv
: >"$table"

say() { printf 'build-images: %s\n' "$*" >&2; }
image() { printf '%s\t%s\n' "$1" "$2" >>"$table"; }

finish() {
  status=$?
  if [ -f "$work/dockerd.pid" ]; then
    kill "$(cat "$work/dockerd.pid")" 2>/dev/null || true
    for _ in $(seq 50); do [ -f "$work/dockerd.pid" ] || break; sleep 0.2; done
  fi
  [ "$status" = 0 ] || tail -n 12 "$work"/*.log >&2 || true
  rm -rf --one-file-system "$work" || true
  exit "$status"
}
trap finish EXIT

export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=vfs TMPDIR=$work
export CONTAINERS_CONF=$work/containers.conf CONTAINERS_STORAGE_CONF=$work/storage.conf
echo '{"default":[{"type":"insecureAcceptAnything"}]}' >"$policy"
printf '[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n' >"$CONTAINERS_CONF"
printf '[storage]\ndriver = "vfs"\ngraphroot = "%s/store"\nrunroot = "%s/run"\n' "$work" "$work" \
  >"$CONTAINERS_STORAGE_CONF"
unset DOCKER_CONTEXT
export DOCKER_CONFIG=$work/docker-config DOCKER_HOST=unix://$work/docker.sock
mkdir -p "$DOCKER_CONFIG"
echo "{}" >"$DOCKER_CONFIG/config.json"
# The client of the same package as the daemon, whatever else is on the path.
docker=/usr/bin/docker
skopeo() { command skopeo --policy "$policy" "$@"; }

# Docker, both builders
say "dockerd"
dockerd --data-root "$work/docker" --exec-root "$work/docker-exec" --host "$DOCKER_HOST" \
  --pidfile "$work/dockerd.pid" --iptables=false --bridge=none --storage-driver=vfs \
  >"$work/dockerd.log" 2>&1 &
for _ in $(seq 150); do $docker version >/dev/null 2>&1 && break; sleep 0.2; done
$docker version >/dev/null

for builder in classic buildkit; do
  say "docker build, $builder"
  kit=0
  if [ "$builder" = buildkit ]; then kit=1; fi
  DOCKER_BUILDKIT=$kit $docker build --network none --build-arg "DEPLOY_TOKEN=$token" \
    --tag "residue/$builder:1" "$context" >"$work/docker-$builder.log" 2>&1
  $docker save --output "$out/docker-$builder.tar" "residue/$builder:1"
  image "docker-$builder.tar" "layered,docker,$builder"
done
$docker save --output "$out/docker-by-id.tar" \
  "$($docker image inspect --format '{{.Id}}' residue/classic:1)"
image docker-by-id.tar layered,docker,classic
$docker save --output "$out/docker-both.tar" residue/classic:1 residue/buildkit:1
image docker-both.tar layered,docker,multi
gzip -k "$out/docker-classic.tar"
xz -k -T0 "$out/docker-classic.tar"
zstd -q "$out/docker-classic.tar"
bzip2 -k "$out/docker-classic.tar"
for ending in gz xz zst bz2; do image "docker-classic.tar.$ending" layered,docker,classic; done
skopeo copy -q --src-daemon-host "$DOCKER_HOST" docker-daemon:residue/buildkit:1 \
  "oci-archive:$out/skopeo-from-daemon.oci.tar:1"
image skopeo-from-daemon.oci.tar layered,docker,buildkit

# Buildah
build() { # tag, options...
  local tag=$1
  shift
  buildah bud -q --network none --build-arg "DEPLOY_TOKEN=$token" --tag "$tag" "$@" "$context" \
    >"$work/buildah.log" 2>&1
}
push() { buildah push -q --signature-policy "$policy" "$@"; }
say "buildah bud"
build "$name" --layers --format oci
build localhost/residue/docker:1 --layers --format docker
build localhost/residue/flat:1 --layers=false --format oci
build localhost/residue/squash:1 --squash --format oci
for kind in app docker flat squash; do
  traits=layered
  case $kind in flat | squash) traits=$kind ;; esac
  push "localhost/residue/$kind:1" "docker-archive:$out/buildah-$kind.docker.tar:residue/$kind:1"
  image "buildah-$kind.docker.tar" "$traits"
  push "localhost/residue/$kind:1" "oci-archive:$out/buildah-$kind.oci.tar:1"
  image "buildah-$kind.oci.tar" "$traits"
done
push "$name" "oci:$out/buildah-oci:1"
image buildah-oci layered
for format in v2s1 v2s2 oci; do
  push --format $format "$name" "dir:$out/buildah-dir-$format"
  image "buildah-dir-$format" "layered,$format"
done

# Podman
say "podman save"
podman save -q --output "$out/podman.docker.tar" --format docker-archive "$name"
podman save -q --output "$out/podman.oci.tar" --format oci-archive "$name"
podman save -q --output "$out/podman-oci-dir" --format oci-dir "$name"
podman save -q --output "$out/podman-docker-dir" --format docker-dir "$name"
podman save -q --output "$out/podman-docker-dir-gz" --compress --format docker-dir "$name"
podman save -q --output "$out/podman-multi.docker.tar" -m --format docker-archive "$name" \
  localhost/residue/docker:1
for file in podman.docker.tar podman.oci.tar podman-oci-dir podman-docker-dir podman-docker-dir-gz; do
  image "$file" layered
done
image podman-multi.docker.tar layered,multi

# Skopeo
say "skopeo copy"
source=docker-archive:$out/podman.docker.tar
skopeo copy -q "$source" "oci:$out/skopeo-oci:1"
# Docker's media types know no zstd, so these come from an OCI image.
plain=oci:$out/skopeo-oci-plain:1
skopeo copy -q --dest-oci-accept-uncompressed-layers "$source" "$plain"
skopeo copy -q --dest-compress --dest-compress-format zstd "$plain" "oci:$out/skopeo-oci-zstd:1"
skopeo copy -q --dest-compress --dest-compress-format zstd "$plain" "dir:$out/skopeo-dir-zstd"
skopeo copy -q --dest-compress "$source" "dir:$out/skopeo-dir-gz"
skopeo copy -q "$source" "oci-archive:$out/skopeo.oci.tar:1"
skopeo copy -q "oci:$out/skopeo-oci:1" "docker-archive:$out/skopeo.docker.tar:residue/app:1"
for file in skopeo-oci skopeo-oci-zstd skopeo-dir-zstd skopeo-oci-plain skopeo-dir-gz \
  skopeo.oci.tar skopeo.docker.tar; do
  image "$file" layered
done

# Several platforms
say "several platforms"
buildah manifest create localhost/residue/multi:1 >/dev/null
for arch in amd64 arm64; do
  buildah bud -q --platform "linux/$arch" --manifest localhost/residue/multi:1 \
    --build-arg "ARCH=$arch" --file "$context/Dockerfile.multi" "$context" >"$work/multi.log" 2>&1
done
buildah manifest push -q --all --signature-policy "$policy" localhost/residue/multi:1 \
  "oci:$out/platforms-oci:1" >/dev/null
buildah manifest push -q --all --signature-policy "$policy" localhost/residue/multi:1 \
  "oci-archive:$out/platforms.oci.tar:1" >/dev/null
buildah manifest push -q --all --signature-policy "$policy" localhost/residue/multi:1 \
  "dir:$out/platforms-dir" >/dev/null
for file in platforms-oci platforms.oci.tar platforms-dir; do image "$file" platforms; done

# Umoci: a layer on top that brings one secret and hides another
say "umoci insert"
cp -r "$out/skopeo-oci" "$out/umoci-oci"
umoci insert --image "$out/umoci-oci:1" --tag 2 --history.created_by "umoci insert" \
  "$context/umoci.env" /srv/umoci.env
umoci insert --image "$out/umoci-oci:2" --tag 3 --history.created_by "umoci whiteout" \
  --whiteout /srv/settings.py
umoci rm --image "$out/umoci-oci:1"
umoci rm --image "$out/umoci-oci:2"
image umoci-oci layered,umoci
say "$(wc -l <"$table") images"
