#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run a tool with its n-th allocation failing, for every n, and check that nothing worse than an error happens.

usage: torture.py SHIM OUTPUT_NAME [FIRST_N] -- COMMAND ...

COMMAND runs in a fresh directory per attempt; "{out}" in it stands for OUTPUT_NAME there. The first run, without failures,
gives the expected output. Every other run must end by itself (no signal) and leave either nothing or exactly that output;
exit 0 demands exactly that output; a failure demands a message. FIRST_N passes over what libraries allocate before main(). Beyond 80, n grows by steps so that long runs stay affordable.
"""
import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile


def digest(path):
    """Names and contents below a path; None when it does not exist."""
    if not path.exists():
        return None
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    return [(str(f.relative_to(path)), hashlib.sha256(f.read_bytes()).hexdigest()) for f in files]


def attempt(shim, output, command, n, fail_all=False):
    with tempfile.TemporaryDirectory() as scratch:
        out = pathlib.Path(scratch) / output
        report = pathlib.Path(scratch) / "report"
        env = dict(os.environ, LD_PRELOAD=shim, PND_FAIL_ALLOC=str(n), PND_FAIL_REPORT=str(report), LC_ALL="C",
                   OMP_NUM_THREADS="1")
        if fail_all:
            env["PND_FAIL_ALL"] = "1"
        run = subprocess.run([c.replace("{out}", str(out)) for c in command], env=env, cwd=scratch, timeout=60,
                             stdin=subprocess.DEVNULL, capture_output=True)
        asked = int(report.read_text()) if report.exists() else None
        return run, digest(out), asked


def complaint(run, found, expected):
    """What is wrong with one attempt, or None. Directories hold whole files or none: each file must be an expected one."""
    if run.returncode < 0:
        return f"ended by signal {-run.returncode}"
    if run.returncode == 0 and found != expected:
        return "exit 0 with other output"
    if run.returncode != 0 and not run.stderr:
        return f"exit {run.returncode} without a message"
    if b"libgomp" not in run.stderr and run.returncode not in (0, 3, 4, 5, 70):
        return f"exit {run.returncode}, expected 3, 4, 5 or 70"
    if found and not set(found) <= set(expected):
        return f"partial or left-over files: {sorted(set(f[0] for f in found) - set(e[0] for e in expected))}"
    return None


def main():
    shim, output = sys.argv[1], sys.argv[2]
    command = sys.argv[sys.argv.index("--") + 1:]
    run, expected, total = attempt(shim, output, command, 0)
    if run.returncode != 0 or not expected or not total:
        sys.exit(f"the command itself fails: exit {run.returncode}\n{run.stderr.decode()}")
    n, tried, failed = 1 if sys.argv[3] == "--" else int(sys.argv[3]), 0, 0
    while n <= total:
        for fail_all in (False, True):
            run, found, _ = attempt(shim, output, command, n, fail_all)
            problem = complaint(run, found, expected)
            tried += 1
            if problem:
                failed += 1
                print(f"allocation {n}{' and later' if fail_all else ''}: {problem}\n{run.stderr.decode()}")
        n += max(1, (n - 60) // 12)
    print(f"{tried} runs over {total} allocations, {failed} bad")
    sys.exit(1 if failed else 0)


main()
