#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run the examples of a Markdown page and compare what they print with what the page says.

usage: run_page.py PAGE.md BIN_DIR [--update]

Fenced blocks are taken by their info string, in order, in an empty folder that a `## heading` empties again:

    pixels NAME.npy        rows of numbers (nan and inf too) as a float32 array
    pixels NAME.png 16     rows of whole numbers as a grey PNG of 8 or 16 bits, or `rgb`: as the three bytes of a segment id
    json NAME.json         a text file
    golden PREDICTOR       a table of the image means of tests/data/golden_depth.json
    console                lines `$ command` (continued by a backslash), each followed by its output, standard error included

Other blocks are not looked at. --update writes the output into the page: read what it wrote, it is then the truth.
"""
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib


def numbers(text, kind):
    return [[kind(v) for v in line.split()] for line in text.splitlines() if line.strip()]


def write_npy(path, text):
    rows = numbers(text, float)
    header = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }" % (len(rows), len(rows[0]))
    header += " " * (63 - (len(header) + 10) % 64) + "\n"
    with open(path, "wb") as f:
        f.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        for row in rows:
            f.write(struct.pack("<%df" % len(row), *row))


def write_png(path, text, kind):
    rows = numbers(text, int)
    if kind == "rgb":
        data = b"".join(b"\0" + b"".join(struct.pack("<I", v)[:3] for v in row) for row in rows)
    else:
        data = b"".join(b"\0" + struct.pack(">%d%s" % (len(row), {"8": "B", "16": "H"}[kind]), *row) for row in rows)
    depth, colour = (8, 2) if kind == "rgb" else (int(kind), 0)

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", len(rows[0]), len(rows), depth, colour, 0, 0, 0)) +
                chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b""))


def run_console(text, environment):
    """The block as it would be with what the commands really print."""
    out, lines = [], iter(text.splitlines())
    for line in lines:
        if not line.startswith("$ "):
            continue  # output, which is printed anew
        command = line[2:]
        out.append(line)
        while command.endswith("\\"):
            line = next(lines)
            out.append(line)
            command = command[:-1] + line
        done = subprocess.run(["sh", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment,
                              stdin=subprocess.DEVNULL, timeout=60)
        out += [line.rstrip() for line in done.stdout.splitlines()]
    return "\n".join(out) + "\n"


GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "golden_depth.json")
RULES = (("paper-repo", "author_code"), ("paper-eq", "cap80_include"), ("kitti", "nocap"), ("eigen80", "exclude_ge80_clamp"),
         ("manydepth-raw", "manydepth_crop_exclude"), ("manydepth", "manydepth_crop_exclude_medscale"))
COLUMNS = (("abs_rel", "abs_rel"), ("sq_rel_u", "sq_rel_unitless"), ("rmse", "rmse_m"), ("irmse", "irmse_1_km"), ("silog", "silog_x100"),
           ("rse", "rse"), ("rae", "rae"), ("d1", "d1"))
AUTHORS = {"rse": "RSE", "rae": "RAE", "irmse_1_km": "IRMSE", "d1": "ACC_1"}


def golden_table(predictor):
    with open(GOLDEN) as f:
        means = json.load(f)["metrics"][predictor]["image_mean"]
    lines = ["%-14s%12s" % ("", "pixels") + "".join("%10s" % name for name, _ in COLUMNS)]
    for protocol, rule in RULES:
        line = "%-14s%12.1f" % (protocol, means[rule]["n"])
        for name, key in COLUMNS:
            value = means[rule].get(AUTHORS.get(key, "")) if rule == "author_code" else means[rule][key]
            if value is not None and rule == "author_code" and name == "d1":
                value /= 100  # it prints percent
            line += "%10s" % ("-" if value is None else "%.4f" % value)
        lines.append(line)
    return "\n".join(lines) + "\n"


def run_block(info, text, environment):
    """The block's text as it should be."""
    words = info.split()
    if words[:1] == ["console"]:
        return run_console(text, environment)
    if words[:1] == ["golden"]:
        return golden_table(words[1])
    if len(words) < 2 or words[0] not in ("pixels", "json"):
        return text
    os.makedirs(os.path.dirname(words[1]) or ".", exist_ok=True)
    if words[0] == "json":
        with open(words[1], "w") as f:
            f.write(text)
    elif words[1].endswith(".npy"):
        write_npy(words[1], text)
    else:
        write_png(words[1], text, words[2])
    return text


def run_page(page, environment):
    """(page as it should be, number of commands run)"""
    commands = 0

    def section(text):
        nonlocal commands

        def block(match):
            nonlocal commands
            new = run_block(match.group(1), match.group(2), environment)
            commands += match.group(1).startswith("console") and match.group(2).count("$ ")
            return "```%s\n%s```" % (match.group(1), new)
        for name in os.listdir("."):
            shutil.rmtree(name) if os.path.isdir(name) else os.remove(name)
        return re.sub(r"^```([^\n]*)\n(.*?)^```", block, text, flags=re.M | re.S)
    parts = re.split(r"^(?=## )", page, flags=re.M)
    return "".join(section(part) for part in parts), commands


def main():
    path, bin_dir = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    environment = {"PATH": bin_dir + ":/usr/bin:/bin", "LC_ALL": "C", "HOME": "/nonexistent"}
    environment.update((k, v) for k, v in os.environ.items() if k.endswith("SAN_OPTIONS"))  # of the sanitizers
    with open(path, encoding="utf-8") as f:
        page = f.read()
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        new, commands = run_page(page, environment)
        os.chdir("/")
    if "--update" in sys.argv:
        with open(path, "w", encoding="utf-8") as f:
            f.write(new)
    elif new != page:
        for old_line, new_line in zip(page.splitlines(), new.splitlines()):
            if old_line != new_line:
                print("page:    %s\nprinted: %s" % (old_line, new_line))
        sys.exit("%s: the page and the programs disagree" % path)
    print("%s: %d commands" % (os.path.basename(path), commands))
    sys.exit(0 if commands else "no command was found")


if __name__ == "__main__":
    main()
