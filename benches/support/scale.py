"""Large archives for benches/scale.sh, and a scan of one with its time and its memory.

    scale.py make CASE FRACTION FILE        writes the docker-archive of a case, and FILE.planted
    scale.py scan RESIDUE FILE [OPTION ...] scans it; prints seconds, those of processors, MB of anonymous
                                            memory and what is wrong

What can be holes is holes, so an archive takes far less room on disk than its size says. Every secret is a
fake that is put together here; the scan has to find each where it was planted.
"""

import collections
import contextlib
import gzip
import hashlib
import io
import itertools
import json
import os
import pathlib
import random
import resource
import string
import struct
import subprocess
import sys
import tarfile
import tempfile
import time
import zlib

MOST = 200  # MB of anonymous memory
GB = 10**9
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
PLANTED = "planted/"
TOO_MUCH = "limit-reached"


def secret(word):
    """A token with a right checksum, the same for the same word."""
    return f"key = {token(''.join(random.Random(word).choices(BASE62, k=30)))}\n".encode()


def token(body):
    crc = zlib.crc32(body.encode())
    check = ""
    for _ in range(6):
        crc, digit = divmod(crc, 62)
        check = BASE62[digit] + check
    return f"{'gh' + 'p_'}{body}{check}"


class Layer:
    """A tar that is written where the archive stands; hashed unless it has holes."""

    def __init__(self, file, planted, compress):
        self.planted = planted
        self.file = gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1) if compress else file
        self.compress = compress
        self.hash = hashlib.sha256()

    def write(self, content):
        self.file.write(content)
        if self.hash:
            self.hash.update(content)

    def begin(self, name, size):
        entry = tarfile.TarInfo(name)
        entry.size = size
        self.write(entry.tobuf(tarfile.GNU_FORMAT))
        if name.startswith(PLANTED):
            self.planted.append(name)

    def end(self, size):
        self.write(bytes(-size % 512))

    def add(self, name, content):
        self.begin(name, len(content))
        self.write(content)
        self.end(len(content))

    def plant(self, word):
        self.add(PLANTED + word, secret(word))

    def zeros(self, name, size, then=b""):
        """A file of zeros, the last bytes of which are others."""
        self.begin(name, size)
        self.hash = None
        self.file.seek(size - len(then), os.SEEK_CUR)
        self.write(then)
        self.end(size)

    def close(self):
        self.write(bytes(1024))
        if self.compress:
            self.file.close()

    def diff_id(self):
        return "sha256:" + (self.hash.hexdigest() if self.hash else "0" * 64)


class Archive:
    """A docker-archive whose layers are written one after the other."""

    def __init__(self, file):
        self.file = file
        self.layers = []
        self.planted = []
        self.too_much = False

    @contextlib.contextmanager
    def layer(self, compress=False):
        header = self.file.tell()
        self.file.seek(512, os.SEEK_CUR)
        layer = Layer(self.file, self.planted, compress)
        yield layer
        layer.close()
        size = self.file.tell() - header - 512
        entry = tarfile.TarInfo(f"{len(self.layers)}/layer.tar")
        entry.size = size
        self.layers.append((entry.name, layer.diff_id()))
        self.file.seek(header)
        self.file.write(entry.tobuf(tarfile.GNU_FORMAT))
        self.file.seek(header + 512 + size + -size % 512)

    def close(self):
        names, diff_ids = zip(*self.layers)
        files = {
            "config.json": {
                "architecture": "amd64",
                "os": "linux",
                "rootfs": {"type": "layers", "diff_ids": diff_ids},
            },
            "manifest.json": [{"Config": "config.json", "RepoTags": ["scale:1"], "Layers": names}],
        }
        end = Layer(self.file, self.planted, compress=False)
        for name, document in files.items():
            end.add(name, json.dumps(document).encode())
        end.close()


def installed(most):
    """Names and contents of files of this machine, as many as make so many bytes."""
    paths = (
        path
        for folder in ("/usr/lib", "/usr/share", "/usr/bin")
        for path in sorted(pathlib.Path(folder).rglob("*"))
    )
    files = [path for path in paths if path.is_file() and not path.is_symlink()]
    random.Random(1).shuffle(files)
    for path in files:
        size = path.stat().st_size
        if 0 < size <= min(most, 20_000_000) and os.access(path, os.R_OK):
            most -= size
            yield str(path), path.read_bytes()


def mix(archive, fraction, layers, compress=False):
    """Layers of the same real files, in each with a last line of its own, so that none is known already."""
    files = list(installed(int(125_000_000 * fraction)))
    for number in range(layers):
        with archive.layer(compress) as layer:
            for name, content in files:
                layer.add(f"{number}{name}", content + f"\n# copy {number}\n".encode())
            layer.plant(f"of-layer-{number}")


def zeros(archive, fraction):
    """50 GB of zeros in ten files between small ones."""
    with archive.layer() as layer:
        for number in range(10):
            if number in (0, 5):
                layer.plant(f"before-{number}")
            layer.zeros(f"var/zeros-{number}", int(5 * GB * fraction))
        layer.plant("behind-all")


def file(archive, fraction):
    """One file of 20 GB."""
    with archive.layer() as layer:
        layer.zeros(PLANTED + "disk.img", int(20 * GB * fraction), b"\n" + secret("disk.img"))


def entries(archive, fraction):
    """Five million entries, most of them empty, and every tenth of a few bytes of its own."""
    count = int(5_000_000 * fraction)
    with archive.layer(compress=True) as layer:
        block = bytearray()
        for number in range(count):
            content = b"item %d\n" % number if number % 10 == 0 else b""
            block += header(b"srv/data/%05d/%08d.txt" % (number >> 10, number), len(content))
            block += content.ljust(-(-len(content) // 512) * 512, b"\0")
            if len(block) > 1 << 20:
                layer.write(block)
                block.clear()
        layer.write(block)
        layer.plant("behind-all")


def header(name, size, known=tarfile.TarInfo("").tobuf(tarfile.USTAR_FORMAT)):
    """As `TarInfo.tobuf` would, in a twentieth of the time."""
    text = name.ljust(100, b"\0") + known[100:124] + b"%011o\0" % size + known[136:148]
    total = sum(text) + sum(known[156:]) + 8 * 32
    return text + b"%06o\0 " % total + known[156:]


def line(archive, fraction):
    """One file that is one line of 2 GB, as minified sources and data are."""
    words = random.Random(2).choices(
        ["id", "name", "path", "state", "value", "items", "children", "node", "order", "type"], k=20_000
    )
    piece = ",".join(f'{{"{word}":"{word}-{at:x}"}}' for at, word in enumerate(words)).encode()
    count = max(1, int(2 * GB * fraction) // (len(piece) + 9))
    last = secret("one-line").rstrip()
    with archive.layer() as layer:
        layer.begin(PLANTED + "one-line", count * (len(piece) + 9) + len(last))
        for number in range(count):
            layer.write(piece + b"%8d," % number)
        layer.write(last)
        layer.end(count * (len(piece) + 9) + len(last))


def tokens(archive, fraction):
    """Files of nothing but tokens, all different, in 16 gzip layers and in an archive in each: far more than a
    report lists."""
    archive.too_much = True
    numbers = itertools.count()

    def text(size):
        size = max(1, int(size * fraction))
        return "\n".join(token(f"{next(numbers):010d}{'aB3dE5gH7jK9mN1pQ3sT'}") for _ in range(size // 41)).encode()

    for number in range(16):
        with archive.layer(compress=True) as layer:
            layer.plant(f"of-layer-{number}")
            members = io.BytesIO()
            with tarfile.open(fileobj=members, mode="w:gz", compresslevel=1) as inner:
                for at in range(100):
                    content = text(64 << 10)
                    entry = tarfile.TarInfo(f"{at}.txt")
                    entry.size = len(content)
                    inner.addfile(entry, io.BytesIO(content))
            layer.add(f"srv/{number}.tar.gz", members.getvalue())
            for at in range(6):
                layer.add(f"srv/{number}-{at}.txt", text(256 << 10))


CASES = {
    "mix": lambda archive, fraction: mix(archive, fraction, 4),
    "mix-10": lambda archive, fraction: mix(archive, fraction, 40),
    "mix-100": lambda archive, fraction: mix(archive, fraction, 400),
    "mix-gzip": lambda archive, fraction: mix(archive, fraction, 4, compress=True),
    "mix-10-gzip": lambda archive, fraction: mix(archive, fraction, 40, compress=True),
    "mix-100-gzip": lambda archive, fraction: mix(archive, fraction, 400, compress=True),
    "zeros": zeros,
    "file": file,
    "entries": entries,
    "line": line,
    "tokens": tokens,
}


def make(case, fraction, path):
    with open(path, "wb") as archive_file:
        archive = Archive(archive_file)
        CASES[case](archive, float(fraction))
        archive.close()
    expected = [TOO_MUCH] * archive.too_much + archive.planted
    pathlib.Path(path + ".planted").write_text("\n".join(expected), encoding="utf-8")


Scan = collections.namedtuple("Scan", "seconds processor memory exit report")


def measure(residue, path, options):
    """One scan; its anonymous memory is looked at a hundred times a second."""
    command = [residue, "scan", "--no-cache", "--format", "json", "--progress", "never"]
    with tempfile.TemporaryFile() as report:
        start = time.monotonic()
        process = subprocess.Popen([*command, *options, path], stdout=report, stderr=subprocess.DEVNULL)
        status = pathlib.Path(f"/proc/{process.pid}/status")
        memory = 0
        while process.poll() is None:
            for text in status.read_text().splitlines():
                if text.startswith("RssAnon:"):
                    memory = max(memory, int(text.split()[1]) * 1024)
            time.sleep(0.01)
        seconds = time.monotonic() - start
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        report.seek(0)
        processor = used.ru_utime + used.ru_stime
        return Scan(seconds, processor, memory / 10**6, process.returncode, json.load(report))


def scan(residue, path, *options):
    done = measure(residue, path, options)
    found = {
        place["path"]
        for finding in done.report["findings"]
        if finding["confidence"] == "confirmed"
        for place in finding["occurrences"]
        if (place["path"] or "").startswith(PLANTED)
    }
    planted = pathlib.Path(path + ".planted").read_text(encoding="utf-8").split()
    wrong = [f"{name} not found" for name in planted if name not in found and name != TOO_MUCH]
    codes = {warning["code"] for warning in done.report["warnings"]}
    if TOO_MUCH in planted and codes != {TOO_MUCH}:
        wrong.append("not told that there is too much")
    elif not done.report["complete"] and TOO_MUCH not in planted:
        wrong.append("incomplete: " + ", ".join(sorted(codes)))
    elif done.exit != 1:
        wrong.append(f"exit code {done.exit}")
    if done.memory > MOST:
        wrong.append(f"more than {MOST} MB")
    print(f"{done.seconds:.2f} {done.processor:.2f} {done.memory:.0f} {'; '.join(wrong)}")


if __name__ == "__main__":
    {"make": make, "scan": scan}[sys.argv[1]](*sys.argv[2:])
