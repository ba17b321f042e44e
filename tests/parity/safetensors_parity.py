#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Our safetensors reader against the package that defines the format, on random files, sound and broken.

usage: safetensors_parity.py SAFETENSORS_VERDICT SEED FILES --venv DIR

The package (safetensors 0.8.0, from PyPI, in a virtual environment kept in DIR) writes and judges. What both accept must hold the same names,
types, shapes and bytes; what we accept, the package must; what only the package accepts must be one of the cases STRICTER lists.
Exit 77 when the package cannot be installed.
"""
import hashlib
import json
import os
import random
import re
import struct
import subprocess
import sys
import tempfile

VERSION = "0.8.0"
# Our message -> why we refuse what the package reads.
STRICTER = {
    r"does not begin with '{'": "white space before the header, which the format forbids",
    r"duplicate key": "a name given twice, which the format forbids",
    r"unknown key": "a key that the format does not have would be ignored",
    r"more than 8 sides": "rank",
    r"ends in byte": "white space other than the spaces that the format allows",
    r"__metadata__ is no object": "null in place of the metadata",
    r"not valid UTF-8|control character|U\+0000": "strings that are no text",
}
SIZES = {"F64": 8, "I64": 8, "U64": 8, "C64": 8, "F32": 4, "I32": 4, "U32": 4, "F16": 2, "BF16": 2, "I16": 2, "U16": 2, "F8_E4M3": 1,
         "F8_E5M2": 1, "I8": 1, "U8": 1, "BOOL": 1}


def build(r):
    """A sound file: header as a list of pairs, data."""
    entries, at = [], 0
    for i in range(r.randint(0, 6)):
        dtype = r.choice(list(SIZES))
        shape = [r.choice([0, 1, 2, 3, 5]) if r.random() < 0.9 else 17 for _ in range(r.randint(0, 4))]
        n = SIZES[dtype]
        for side in shape:
            n *= side
        entries.append([r.choice(["conv", "a.b", "n\u00e4me", "", "q\"uote"]) + str(i),
                        {"dtype": dtype, "shape": shape, "data_offsets": [at, at + n]}])
        at += n
    r.shuffle(entries)
    if r.random() < 0.4:
        entries.insert(r.randint(0, len(entries)), ["__metadata__", {"k": "v", "empty": ""}])
    return entries, r.randbytes(at)


def damage(r, entries, data):
    tensors = [e for e in entries if e[0] != "__metadata__"]
    kind = r.randrange(12)
    if kind == 0:
        return entries, data[:r.randint(0, len(data))]
    if kind == 1:
        return entries, data + r.randbytes(r.randint(1, 9))
    if not tensors:
        return entries + [["__metadata__", {"k": r.choice([1, None, [], "fine"])}]], data
    name, value = r.choice(tensors)
    if kind == 2:
        value["data_offsets"][r.randrange(2)] += r.choice([-4, -1, 1, 4, 1 << 40, 1 << 62])
    elif kind == 3:
        value["shape"].append(r.choice([0, 1, 2, -1, 1 << 33, 0.5, "2"]))
    elif kind == 4:
        value["dtype"] = r.choice(list(SIZES) + ["F31", "", "f32", None])
    elif kind == 5:
        del value[r.choice(list(value))]
    elif kind == 6:
        value["extra"] = 1
    elif kind == 7:
        return entries + [[name, value]], data
    elif kind == 8:
        value["data_offsets"] = r.choice([[], [0], [0, 1, 2], 5, ["0", "4"]])
    elif kind == 9:
        value["data_offsets"].reverse()
    elif kind == 10:
        value["shape"] = [1] * r.randint(7, 10) + value["shape"]
    else:
        return [["__metadata__", r.choice([None, [], {"k": 1}, {"k": None}])]] + [e for e in entries if e in tensors], data
    return entries, data


def to_bytes(r, entries, data, broken):
    text = "{" + ",".join(json.dumps(k, ensure_ascii=r.random() < 0.5) + ":" + json.dumps(v) for k, v in entries) + "}"
    text = text.encode() + b" " * r.choice([0, 0, 3, 8])
    length = len(text)
    if broken and r.random() < 0.25:
        choice = r.randrange(5)
        if choice == 0:
            text += b"\n"
            length += 1
        elif choice == 1:
            length += r.choice([-1, 1, 1 << 30, 1 << 60])
        elif choice == 2:
            text = b" " + text
            length += 1
        elif choice == 3:
            at = r.randrange(len(text))
            text = text[:at] + bytes([r.randrange(256)]) + text[at + 1:]
        else:
            text, data, length = b"", b"", r.choice([0, 1, 5])
    return struct.pack("<Q", length & (2**64 - 1)) + text + data


def peer(raw):
    from safetensors import SafetensorError, deserialize
    try:
        found = deserialize(raw)
    except (SafetensorError, UnicodeDecodeError) as e:
        return None, str(e)
    shape = lambda t: "(" + ",".join(map(str, t["shape"])) + ")"  # noqa: E731
    return sorted((n, t["dtype"], shape(t), hashlib.sha256(bytes(t["data"])).hexdigest()) for n, t in found), ""


def ours(line):
    if not line.startswith("ok"):
        return None, line
    found = re.findall(r" (.*?) ([A-Z0-9_]+) (\([0-9,]*\)) ([0-9a-f]{64})", line[2:])
    return sorted(found), ""


def main(verdict, seed, files):
    r = random.Random(seed)
    accepted = refused = stricter = 0
    with tempfile.TemporaryDirectory() as folder:
        raws, paths = [], []
        for i in range(files):
            broken = r.random() < 0.7
            entries, data = build(r)
            if broken and r.random() < 0.8:
                entries, data = damage(r, entries, data)
            raws.append(to_bytes(r, entries, data, broken))
            paths.append(os.path.join(folder, f"{i}.safetensors"))
            with open(paths[-1], "wb") as f:
                f.write(raws[-1])
        out = subprocess.run([verdict] + paths, capture_output=True, check=True).stdout.decode("utf-8", "replace").split("\n")
    for raw, line in zip(raws, out):
        (theirs, why), (mine, message) = peer(raw), ours(line)
        if mine is not None and mine != theirs:
            sys.exit(f"we read {mine}\nthe package {theirs} {why}\n{raw[:300]!r}")
        if mine is None and theirs is not None:
            if not any(re.search(rule, message) for rule in STRICTER):
                sys.exit(f"only the package reads {raw[:300]!r}\nwe say {message}")
            stricter += 1
        accepted += mine is not None
        refused += mine is None and theirs is None
    print(f"{files} files: {accepted} read alike, {refused} refused by both, {stricter} by us alone, for a listed reason")
    if min(accepted, refused, stricter) < files // 100:
        sys.exit("the files do not test enough")


def with_peer(folder):
    python = os.path.join(folder, "bin", "python")
    steps = [[sys.executable, "-m", "venv", folder], [python, "-m", "pip", "install", "--quiet", "safetensors==" + VERSION]]
    try:
        for step in steps if not os.path.exists(os.path.join(folder, "installed")) else ():
            subprocess.run(step, check=True, capture_output=True, timeout=500)
        open(os.path.join(folder, "installed"), "w").close()
    except (OSError, subprocess.SubprocessError) as e:
        print("skipped: safetensors cannot be installed:", e)
        sys.exit(77)
    os.execv(python, [python, __file__] + sys.argv[1:4])


if __name__ == "__main__":
    if "--venv" in sys.argv:
        with_peer(sys.argv[sys.argv.index("--venv") + 1])
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
