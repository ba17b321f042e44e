#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Time pnd-eval all beside the five commands it replaces, on a synthetic tree. Prints one JSON object.

usage: eval_all.py BUILD_DIR [--rounds 3] [--frames 16]

The frames are 2048x1024; label images are the ground truth's own, instances the things of the panoptic prediction. Both ways write all
five results files, which must be the same bytes. They take turns. "ratio" is the time of `all` over the sum of the five, round by round
(median): of CPU with one thread, and of wall time with two.
"""
import argparse
import filecmp
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

from end_to_end import commit, cpu_model, timed

TASKS = ["panoptic", "semantic", "instance", "depth", "joint"]


def make_data(tool, frames):
    subprocess.run([tool("pnd-scene"), "--out", "tree", "--frames", str(frames), "--seed", "1", "--size", "2048x1024",
                    "--split", "val", "--predictions", "mild", "--pred-out", "pred", "--quiet"], check=True)
    subprocess.run([tool("pnd-panoptic"), "--root", "tree", "--split", "val", "--in-place", "--quiet"], check=True)
    for folder, _, names in os.walk("tree/gtFine/val"):
        for name in names:
            if name.endswith("_gtFine_labelIds.png"):
                shutil.copy(os.path.join(folder, name), "pred/" + name.replace("_gtFine_", "_pred_"))


def commands(tool, threads):
    place = ["--root", "tree", "--quiet", "--threads", str(threads)]
    more = {"semantic": ["--pred", "pred", "--pred-suffix", "_pred_labelIds.png"],
            "instance": ["--pred-json", "pred/cityscapes_panoptic_val.json"]}
    separate = {t: [tool("pnd-eval"), t, *place, *more.get(t, ["--pred", "pred"]), "-o", f"single/{t}.json"] for t in TASKS}
    return separate, [tool("pnd-eval"), "all", *place, "--pred", "pred", "-o", "all"]


def measure(tool, threads, which):
    """Seconds of each separate command and of all, in one round."""
    separate, together = commands(tool, threads)
    for folder in "single", "all":
        shutil.rmtree(folder, ignore_errors=True)
    times = {task: timed(command)[which] for task, command in separate.items()}
    times["all"] = timed(together)[which]
    for task in TASKS:
        if not filecmp.cmp(f"single/{task}.json", f"all/{task}.json", shallow=False):
            sys.exit(f"{task}: the results differ")
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--frames", type=int, default=16)
    args = parser.parse_args()
    build = os.path.abspath(args.build)
    tool = lambda name: os.path.join(build, "bin", name)
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        make_data(tool, args.frames)
        cpu, wall = [], []
        for i in range(args.rounds + 1):  # the first round warms the page cache and is not counted
            one, two = measure(tool, 1, 0), measure(tool, 2, 1)
            if i > 0:
                cpu.append(one)
                wall.append(two)
        os.chdir("/")
    ratio = lambda times: statistics.median(t["all"] / sum(t[k] for k in TASKS) for t in times)
    per_frame = lambda times: {k: round(1e3 * statistics.median(t[k] for t in times) / args.frames, 2) for k in times[0]}
    json.dump({"bench": "eval_all", "cpu": cpu_model(), "cores": os.cpu_count(), "commit": commit(),
               "data": f"pnd-scene, {args.frames} frames of 2048x1024, seed 1, predictions mild", "rounds": args.rounds,
               "cpu_ms_per_frame": per_frame(cpu), "ratio_cpu": ratio(cpu), "wall_ms_per_frame_2_threads": per_frame(wall),
               "ratio_wall_2_threads": ratio(wall)}, sys.stdout, indent=2)
    print()


main()
