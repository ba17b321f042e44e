#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The example of docs/inference.md is the program that was built, and it runs.

usage: run_example.py INFER_ONE SOURCE_DIR

Its pooling is global, which the golden weights were not made with: only the form of the output is checked.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

program, source = sys.argv[1], pathlib.Path(sys.argv[2])
code = (source / "tests/examples/infer_one.c").read_text().split("*/\n", 1)[1]
if f"```c\n{code}```" not in (source / "docs/inference.md").read_text():
    sys.exit("docs/inference.md does not show tests/examples/infer_one.c as it is")
with tempfile.TemporaryDirectory() as folder:
    photo = folder + "/a.png"
    subprocess.run([sys.executable, source / "tests/cli/infer/golden.py", "photograph", photo], check=True)
    weights = source / "tests/data/golden_slim8/weights.safetensors"
    run = subprocess.run([program, weights, photo], capture_output=True, text=True)
    if run.returncode != 0 and "oneDNN" in run.stderr:
        print("skipped:", run.stderr)
        sys.exit(77)
    out = run.stdout
    print(out)
    lines = out.splitlines()
    if not lines or not all(re.fullmatch(r"class \d+, \d+ pixels, (\d+\.\d|nan) m", line) for line in lines):
        sys.exit("unexpected output")
    if subprocess.run([program, photo, photo], capture_output=True).returncode != 1:
        sys.exit("a photograph was taken for weights")
