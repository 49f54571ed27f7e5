"""Puts the layers that compare.sh made into archives: plain as `docker save` does, compressed as OCI.

    archives.py FOLDER      reads FOLDER/N.layer, FOLDER/gzip/N.layer and FOLDER/zstd/N.layer
"""

import hashlib
import io
import json
import pathlib
import sys
import tarfile


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def add(archive, name, content):
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


def add_file(archive, name, path):
    entry = tarfile.TarInfo(name)
    entry.size = path.stat().st_size
    with open(path, "rb") as file:
        archive.addfile(entry, file)


def config(layers):
    diff_ids = ["sha256:" + digest(layer) for layer in layers]
    return json.dumps(
        {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": diff_ids}}
    ).encode()


def docker(folder, layers, document):
    names = [f"{layer.stem}/layer.tar" for layer in layers]
    manifest = [{"Config": "config.json", "RepoTags": ["compare:1"], "Layers": names}]
    with tarfile.open(folder / "plain.tar", "w") as archive:
        add(archive, "manifest.json", json.dumps(manifest).encode())
        add(archive, "config.json", document)
        for name, layer in zip(names, layers):
            add_file(archive, name, layer)


def oci(folder, form, layers, document):
    kind = "application/vnd.oci.image."
    blobs = {}

    def described(media_type, content):
        name = hashlib.sha256(content).hexdigest()
        blobs[name] = content
        return {"mediaType": media_type, "digest": "sha256:" + name, "size": len(content)}

    stored = [(digest(folder / form / layer.name), folder / form / layer.name) for layer in layers]
    manifest = {
        "schemaVersion": 2,
        "mediaType": kind + "manifest.v1+json",
        "config": described(kind + "config.v1+json", document),
        "layers": [
            {
                "mediaType": kind + "layer.v1.tar+" + form,
                "digest": "sha256:" + name,
                "size": path.stat().st_size,
            }
            for name, path in stored
        ],
    }
    entry = described(manifest["mediaType"], json.dumps(manifest).encode())
    index = {"schemaVersion": 2, "manifests": [entry]}
    with tarfile.open(folder / f"{form}.tar", "w") as archive:
        add(archive, "oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
        add(archive, "index.json", json.dumps(index).encode())
        for name, content in blobs.items():
            add(archive, "blobs/sha256/" + name, content)
        for name, path in stored:
            add_file(archive, "blobs/sha256/" + name, path)


def main():
    folder = pathlib.Path(sys.argv[1])
    layers = sorted(folder.glob("*.layer"))
    document = config(layers)
    docker(folder, layers, document)
    for form in ("gzip", "zstd"):
        oci(folder, form, layers, document)


main()
