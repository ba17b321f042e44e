#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Time whole programs on a Cityscapes tree, beside a plain libpng decode of the same files. Prints one JSON object.

usage: end_to_end.py BUILD_DIR [--rounds 5] [--frames 24] [--root DIR --split NAME --pred DIR]

Without --root, a synthetic tree of 2048x1024 frames with predictions is made first. Cases take turns; CPU seconds are what the
kernel charged the finished process. "ratio" is the case's CPU over that of decoding just the PNGs it reads, round by
round (median); "speed_up" is wall time with one thread over wall time with two.
"""
import argparse
import glob
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time


def timed(command):
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def cpu_model():
    with open("/proc/cpuinfo") as f:
        return next((line.split(":")[1].strip() for line in f if line.startswith("model name")), platform.machine())


def commit():
    done = subprocess.run(["git", "-C", os.path.dirname(os.path.abspath(__file__)), "describe", "--always", "--dirty"],
                          capture_output=True, text=True)
    return done.stdout.strip() or None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--frames", type=int, default=24)
    parser.add_argument("--root")
    parser.add_argument("--split", default="val")
    parser.add_argument("--pred", help="folder with cityscapes_panoptic_SPLIT.json and depth PNGs")
    args = parser.parse_args()
    tool = lambda name: os.path.join(args.build, "bin", name)
    with tempfile.TemporaryDirectory() as scratch:
        root, pred, split = args.root, args.pred, args.split
        if root is None:
            root, pred = os.path.join(scratch, "tree"), os.path.join(scratch, "tree", "predictions")
            subprocess.run([tool("pnd-scene"), "--out", root, "--frames", str(args.frames), "--seed", "1", "--size",
                            "2048x1024", "--split", split, "--predictions", "mild", "--quiet"], check=True)
        gt = os.path.join(scratch, "gt")
        subprocess.run([tool("pnd-panoptic"), "--root", root, "--split", split, "--out", gt, "--quiet"], check=True)
        name = f"cityscapes_panoptic_{split}"
        files = {
            "pnd-eval panoptic": glob.glob(f"{gt}/{name}/*.png") + glob.glob(f"{pred}/{name}/*.png"),
            "pnd-panoptic": glob.glob(f"{root}/gtFine/{split}/*/*_instanceIds.png"),
            "pnd-depth": glob.glob(f"{root}/disparity/{split}/*/*_disparity.png"),
            "pnd-eval depth": glob.glob(f"{root}/disparity/{split}/*/*_disparity.png")
                              + glob.glob(f"{pred}/**/*_depth.png", recursive=True),
        }
        frames = len(files["pnd-panoptic"])
        out = os.path.join(scratch, "out")
        commands = {
            "pnd-eval panoptic": ["panoptic", "--gt-json", f"{gt}/{name}.json", "--pred-json", f"{pred}/{name}.json"],
            "pnd-panoptic": ["--root", root, "--split", split, "--out", out],
            "pnd-depth": ["--root", root, "--split", split, "--out", out],
            "pnd-eval depth": ["depth", "--root", root, "--split", split, "--pred", pred, "--protocol", "paper-eq"],
        }
        times = {}
        for i in range(args.rounds + 1):  # the first round warms the page cache and is not counted
            for case, words in commands.items():
                runs = {"plain libpng decode": [tool("plain_decode")] + files[case]}
                for threads in (1, 2):
                    runs[f"{threads}"] = [tool(case.split()[0])] + words + ["--quiet", "--force", "--threads", str(threads)]
                for key, command in runs.items():
                    result = timed(command)
                    shutil.rmtree(out, ignore_errors=True)
                    if i > 0:
                        times.setdefault(case, {}).setdefault(key, []).append(result)
        rows = []
        for case, by_run in times.items():
            median = lambda key, which: statistics.median(t[which] for t in by_run[key])
            rows.append({
                "case": case,
                "frames": frames,
                "decode_cpu_ms_per_frame": 1e3 * median("plain libpng decode", 0) / frames,
                "cpu_ms_per_frame": 1e3 * median("1", 0) / frames,
                "cpu_ms_per_frame_2_threads": 1e3 * median("2", 0) / frames,
                "wall_ms_per_frame": 1e3 * median("1", 1) / frames,
                "wall_ms_per_frame_2_threads": 1e3 * median("2", 1) / frames,
                "ratio": statistics.median(a[0] / b[0] for a, b in zip(by_run["1"], by_run["plain libpng decode"])),
                "speed_up": statistics.median(a[1] / b[1] for a, b in zip(by_run["1"], by_run["2"])),
            })
        json.dump({"bench": "end_to_end", "cpu": cpu_model(), "cores": os.cpu_count(), "commit": commit(),
                   "data": args.root or f"pnd-scene, {frames} frames of 2048x1024, seed 1, predictions mild",
                   "rounds": args.rounds, "cases": rows}, sys.stdout, indent=2)
        print()


if __name__ == "__main__":
    main()
