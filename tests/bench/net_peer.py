#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The network on the CPU beside PyTorch's: bench_net and time_torch.py in turn, and the ratios.

usage: net_peer.py BUILD [--python PYTHON] [--threads 2] [--turns 3] [--size HxW] [--networks r52,r52_ds] [--out FILE]

PYTHON is the one that has the PyTorch to compare with (default: this one). Each turn runs both programs once for every
network and precision, warmed up and timed once, so that a machine that slows down slows both; the smallest time of all
turns counts. On a machine with other work set OMP_WAIT_POLICY=passive, or threads that wait for each other are charged
for it, and look at CPU time. Prints a Markdown table; --out keeps all numbers as JSON.
"""

import argparse
import json
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KINDS = {"wall": ("wall_ms_min", "min_ms"), "cpu": ("cpu_ms_min", "cpu_ms")}


def run(command, threads):
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} exited with {done.returncode}:\n{done.stderr}")
    return json.loads(done.stdout)


def ours(args, network, precision):
    command = [os.path.join(args.build, "bin", "bench_net"), "--device", "cpu", "--threads", str(args.threads)]
    command += ["--rounds", "1", "--only", "network", "--precision", precision, *shape(args, network)]
    cases = {case["name"]: case for case in run(command, args.threads)["cases"]}
    return {kind: cases["network"][key] for kind, (key, _) in KINDS.items()}


def theirs(args, network, precision, mode):
    command = [args.python, os.path.join(ROOT, "scripts", "reference", "time_torch.py"), "--threads", str(args.threads)]
    precision = "f32" if precision == "bf16x3" else precision  # ours alone
    command += ["--rounds", "1", "--warm-ups", "1", "--post", "0", "--precision", precision, "--mode", mode]
    result = run(command + shape(args, network), args.threads)
    (row,) = result["rows"]
    if "error" in row:
        sys.exit(f"PyTorch: {row['error']}")
    return {kind: row["network"][key] for kind, (_, key) in KINDS.items()}, result["machine"]


def shape(args, network):
    return ["--variant", network, "--depth", "l1", "--size", args.size, "--pool", args.pool]


def keep_smallest(best, times):
    for kind, value in times.items():
        best[kind] = min(best.get(kind, value), value)


def measure(args):
    found, machine = {}, None
    for turn in range(args.turns):
        for network in args.networks.split(","):
            for precision in args.precisions.split(","):
                row = found.setdefault(
                    (network, precision), {"ours": {}, **{mode: {} for mode in args.modes.split(",")}}
                )
                keep_smallest(row["ours"], ours(args, network, precision))
                for mode in args.modes.split(","):
                    times, machine = theirs(args, network, precision, mode)
                    keep_smallest(row[mode], times)
                print(f"turn {turn + 1}: {network} {precision}: {row}", file=sys.stderr)
    return found, machine


def table(found, modes):
    headings = [f"PyTorch {mode}, ms | ours / it" for mode in modes]
    yield f"| network | precision | clock | ours, ms | {' | '.join(headings)} |"
    yield "|---" * (4 + 2 * len(modes)) + "|"
    for (network, precision), row in found.items():
        for kind in KINDS:
            mine = row["ours"][kind]
            peers = [f"{row[mode][kind]:.0f} | {mine / row[mode][kind]:.2f}" for mode in modes]
            yield f"| {network} | {precision} | {kind} | {mine:.0f} | {' | '.join(peers)} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--size", default="1024x2048")
    parser.add_argument("--pool", default="32x64")
    parser.add_argument("--networks", default="r52,r52_ds")
    parser.add_argument("--precisions", default="f32,bf16x3,bf16", help="bf16x3 is beside f32 (default: %(default)s)")
    parser.add_argument("--modes", default="eager,fold", help="of time_torch.py (default: %(default)s)")
    parser.add_argument("--out", metavar="FILE")
    args = parser.parse_args()
    found, machine = measure(args)
    print(f"PyTorch {machine['torch']}, {machine['threads']} threads\n")
    print("\n".join(table(found, args.modes.split(","))))
    if args.out:
        with open(args.out, "w", encoding="utf-8") as file:
            json.dump({"machine": machine, "rows": {" ".join(key): row for key, row in found.items()}}, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
