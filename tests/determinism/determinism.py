#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run a command for 1, 2 and 7 threads, in a locale with decimal commas, and with directories listed backwards.

usage: determinism.py SHIM -- COMMAND ...       "{threads}" and "{out}" in COMMAND are filled in; {out} is a fresh directory.

Everything below {out} and on stdout must be the same bytes each time. The first line of the report says what was compared.
"""
import os
import pathlib
import subprocess
import sys
import tempfile


def collect(root):
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def run(command, threads, extra_env):
    with tempfile.TemporaryDirectory() as scratch:
        words = [w.replace("{out}", "out").replace("{threads}", str(threads)) for w in command]
        os.mkdir(os.path.join(scratch, "out"))
        done = subprocess.run(words, cwd=scratch, env=dict(os.environ, **extra_env), capture_output=True, timeout=280)
        if done.returncode != 0:
            sys.exit(f"{' '.join(words)}: exit {done.returncode}\n{done.stderr.decode()}")
        return dict(collect(pathlib.Path(scratch)), **{"<stdout>": done.stdout})


def check_shim(env):
    """The preloaded library must really reverse a listing: a test that changes nothing proves nothing."""
    with tempfile.TemporaryDirectory() as scratch:
        for i in range(20):
            open(os.path.join(scratch, str(i)), "w").close()
        listing = [sys.executable, "-c", "import os, sys; print(os.listdir(sys.argv[1]))", scratch]
        here, there = (eval(subprocess.check_output(listing, env=dict(os.environ, **e))) for e in ({}, env))
        if here != there[::-1]:
            sys.exit("the preloaded library does not reverse directory listings")


def main():
    shim = sys.argv[1]
    command = sys.argv[sys.argv.index("--") + 1:]
    reversed_listing = {} if shim == "none" else {"LD_PRELOAD": shim}
    if reversed_listing:
        check_shim(reversed_listing)
    variants = [("1 thread", 1, {}), ("2 threads", 2, {}), ("7 threads", 7, {}),
                ("LC_ALL=de_DE.UTF-8", 2, {"LC_ALL": "de_DE.UTF-8"}), ("directories backwards", 2, reversed_listing)]
    reference = run(command, 1, {"LC_ALL": "C"})
    size = sum(len(b) for b in reference.values())
    print(f"{len(reference)} files, {size} bytes")
    if len(reference) < 2 or size == 0:
        sys.exit("the command wrote nothing to compare")
    different = 0
    for name, threads, env in variants:
        other = run(command, threads, env)
        for path in sorted(set(reference) | set(other)):
            if reference.get(path) != other.get(path):
                print(f"{name}: {path} differs")
                different += 1
    sys.exit(1 if different else 0)


main()
