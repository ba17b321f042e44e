# SPDX-License-Identifier: Apache-2.0
"""Peers from PyPI in a virtual environment of their own."""
import os
import subprocess
import sys


def run_with(folder, packages, system=False, no_deps=False):
    """Run this script again, with --peer added, by a Python that has the packages; exit 77 when they cannot be installed.

    The environment stays in `folder` for the next run. `system`: it also sees Debian's Python packages.
    """
    python = os.path.join(folder, "bin", "python")
    done = os.path.join(folder, "installed")
    steps = [[sys.executable, "-m", "venv", *(["--system-site-packages"] if system else []), folder],
             [python, "-m", "pip", "install", "--quiet", *(["--no-deps"] if no_deps else []), *packages]]
    try:
        for step in steps if not os.path.exists(done) else ():
            subprocess.run(step, check=True, capture_output=True, timeout=500)
        open(done, "w").close()
    except (OSError, subprocess.SubprocessError) as e:
        print("skipped: %s cannot be installed: %s" % (", ".join(packages), e))
        sys.exit(77)
    at = sys.argv.index("--venv")
    os.execv(python, [python, *sys.argv[:at], *sys.argv[at + 2:], "--peer"])
