"""Measures the model of bytes that fingerprints are chosen by.

  python3 benches/support/byte_model.py src/detect/literals/model.bin FILE...

The files are layers of ordinary images, as `benches/noise.sh` makes them; every sixteenth megabyte
is counted. The model is quarter bits of information: of each three classes of bytes that follow
each other, of each two, and of each byte given its class (`src/detect/literals/model.rs`). Behind
them come the most common four bytes of ASCII, in order, each with the same.
"""

import collections
import math
import re
import struct
import sys

PIECE = 1 << 20
# Four bytes that stand once in so many places are common.
COMMON = 1 << 16


def class_of(byte):
    byte |= 0x20
    if 0x61 <= byte <= 0x7A:
        return byte - 0x61
    if 0x30 <= byte <= 0x39:
        return 26
    if byte >= 0x80:
        return 31
    return {0x5F: 27, 0x7F: 27, 0x2D: 28, 0x20: 29}.get(byte, 30)


CLASS = bytes(class_of(byte) for byte in range(256))
FOLDED = bytes(byte | 0x20 for byte in range(256))
FOUR = re.compile(rb"(?=([!-\x7f]{4}))")
fours = collections.Counter()
triples, pairs, singles, classes = [0] * 32768, [0] * 1024, [0] * 256, [0] * 32
total = 0
for path in sys.argv[2:]:
    with open(path, "rb") as file:
        while piece := file.read(PIECE):
            state = 0
            folded = piece.translate(FOLDED)
            fours.update(FOUR.findall(folded))
            for byte in piece:
                kind = CLASS[byte]
                state = (state << 5 | kind) & 0x7FFF
                triples[state] += 1
                pairs[state & 1023] += 1
                singles[byte | 0x20] += 1
                classes[kind] += 1
            total += len(piece)
            file.seek(15 * PIECE, 1)


def bits(count, of):
    quarter = round(-4 * math.log2((count + 0.5) / (of + 0.5)))
    return max(0, min(250, quarter))


model = [bits(count, total) for count in triples + pairs]
model += [bits(singles[byte | 0x20], classes[CLASS[byte]]) for byte in range(256)]
common = [
    (struct.unpack("<I", four)[0], bits(count, total))
    for four, count in fours.items()
    if count * COMMON >= total
]
with open(sys.argv[1], "wb") as file:
    file.write(bytes(model))
    for four, rarity in sorted(common):
        file.write(struct.pack("<IB", four, rarity))
