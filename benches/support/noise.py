"""Counts the findings of a report by layer and confidence, and for each GB."""

import collections
import json
import sys

NAMES = ["debian root", "pypi packages", "npm packages"]
KEYS = ("private-key.", "ssh.", "keystore.", "pgp.", "putty.")

with open(sys.argv[1], encoding="utf-8") as file:
    report = json.load(file)
layers = report["images"][0]["layers"]


def layers_of(finding):
    return {place["layer"] for place in finding["occurrences"]}


def line(name, number, size):
    shown = []
    for confidence in ("confirmed", "likely", "possible"):
        count = number[confidence]
        shown.append(f"{confidence} {count} ({count / size:.1f}/GB)")
    shown.append(f"key material {number['key']}")
    shown.append(f"suppressed {number['suppressed']}")
    print(f"{name:14} {size:5.2f} GB  " + "  ".join(shown))


total = collections.Counter()
for layer in layers:
    number = collections.Counter()
    for finding in report["findings"]:
        if layer["index"] in layers_of(finding):
            is_key = finding["rule"].startswith(KEYS)
            number["key" if is_key else finding["confidence"]] += 1
    for finding in report["suppressed"]:
        number["suppressed"] += layer["index"] in layers_of(finding)
    total.update(number)
    line(NAMES[layer["index"]], number, layer["uncompressed_size"] / 1e9)
line("all", total, sum(layer["uncompressed_size"] for layer in layers) / 1e9)
reasons = collections.Counter(finding["reason"] for finding in report["suppressed"])
print("suppressed: " + (", ".join(f"{r} {n}" for r, n in sorted(reasons.items())) or "none"))
