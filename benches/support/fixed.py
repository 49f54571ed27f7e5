"""Docker-archives that are the same bytes on every machine, for benches/instructions.sh.

    fixed.py FOLDER      writes FOLDER/KIND.tar for each kind, mixed.tar of all and empty.tar of none,
                         and prints of each its name and the bytes of its one layer

Contents are drawn from SHAKE-256, whose bytes no version of Python changes, in kinds that images are
made of: source code with the words that rules look for, JSON with hashes, prose, machine code and zeros.
"""

import hashlib
import io
import json
import pathlib
import sys
import tarfile

FILES = 16  # of each kind
SIZE = 160_000  # bytes of each at least
WORDS = (
    "key token auth password secret user account client request response header value name path file "
    "index result error config option default length buffer session url host port id type state node "
    "list map item data code test api public private access handler module string number count"
).split()
CODE = (
    "def {0}_{1}({2}, {3}=None):",
    '    {0}.{1} = {2}.get("{3}", "{4}")',
    "    if {0}_{1} is not None and {2} != {3}:",
    "    return {0}({1}, {2}[{3}])",
    '{0}: "{1}-{2}/{3}.{4}",',
    "  const {0} = await {1}.{2}({3}, {{ {4}: true }});",
    "// {0} {1} of the {2}, see {3}",
    "{0}={1}",
    '  {0}.{1}("https://{2}.example.test/{3}/{4}?{0}={1}");',
    "",
)


class Source:
    """Bytes that look random and are the same for the same name."""

    def __init__(self, name):
        self.bytes = hashlib.shake_256(name.encode()).digest(2 * SIZE)
        self.at = 0

    def take(self, count):
        self.at += count
        return self.bytes[self.at - count : self.at]

    def choose(self, among):
        return among[int.from_bytes(self.take(2), "little") % len(among)]


def code(source):
    words = (source.choose(WORDS) for _ in range(5))
    return source.choose(CODE).format(*words) + "\n"


def package(source):
    return json.dumps(
        {
            "name": source.choose(WORDS) + "-" + source.choose(WORDS),
            "version": ".".join(str(part) for part in source.take(3)),
            "integrity": "sha256-" + source.take(32).hex(),
            source.choose(WORDS): {source.choose(WORDS): source.choose(WORDS)},
        },
        indent=2,
    ) + ",\n"


def prose(source):
    return " ".join(source.choose(WORDS) for _ in range(12)).capitalize() + ".\n"


def text(line):
    def content(source):
        lines, length = [], 0
        while length < SIZE:
            lines.append(line(source))
            length += len(lines[-1])
        return "".join(lines).encode()

    return content


def machine_code(source):
    """Half of it dense; the rest small numbers between zeros, with names in it as symbols have."""
    dense = source.take(SIZE // 2)
    sparse = b"".join(
        bytes((byte, 0, 0, byte % 3)) + (WORDS[byte % len(WORDS)].encode() if byte < 24 else b"")
        for byte in source.take(SIZE // 8)
    )
    return dense + sparse


KINDS = {
    "code": ("srv/app/{}.py", text(code)),
    "json": ("srv/app/node_modules/{}/package.json", text(package)),
    "prose": ("usr/share/doc/{}.txt", text(prose)),
    "machine-code": ("usr/lib/{}.so", machine_code),
    "zeros": ("var/lib/{}.img", lambda _: bytes(SIZE)),
}


def files(kind):
    name, content = KINDS[kind]
    names = [name.format(number) for number in range(FILES)]
    return [(name, content(Source(name))) for name in names]


def add(archive, name, content):
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


def tar(members):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in members:
            add(archive, name, content)
    return buffer.getvalue()


def image(layer):
    config = {
        "architecture": "amd64",
        "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]},
    }
    manifest = [{"Config": "config.json", "RepoTags": ["fixed:1"], "Layers": ["layer.tar"]}]
    documents = {"manifest.json": manifest, "config.json": config}
    members = [(name, json.dumps(document).encode()) for name, document in documents.items()]
    return tar([*members, ("layer.tar", layer)])


def main():
    folder = pathlib.Path(sys.argv[1])
    kinds = {kind: files(kind) for kind in KINDS}
    mixed = [file for several in zip(*kinds.values()) for file in several]
    for name, members in {"empty": [], "mixed": mixed, **kinds}.items():
        layer = tar(members)
        (folder / f"{name}.tar").write_bytes(image(layer))
        print(name, len(layer))


main()
