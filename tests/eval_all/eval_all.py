# SPDX-License-Identifier: Apache-2.0
"""pnd-eval all on generated scenes with predictions for every task.

    eval_all.py data BIN FOLDER      only make FOLDER, with two frames: tree and pred
    eval_all.py equal BIN            results are, byte for byte, those of the separate commands, for 1, 2 and 7 threads
    eval_all.py once BIN COUNTED     100 frames: every file is read once and decoded once, and no other is opened;
                                     COUNTED is pnd-eval with its calls counted (count_calls.c)
"""

import collections
import json
import os
import shutil
import subprocess
import sys
import tempfile

TASKS = ["panoptic", "semantic", "instance", "depth", "joint"]


def run(*command, **env):
    done = subprocess.run(command, env={**os.environ, **env}, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"exit {done.returncode}: {' '.join(command)}\n{done.stderr}")
    return done.stdout


def files_below(folder):
    return sorted(os.path.join(d, f) for d, _, names in os.walk(folder) for f in names)


def make_data(tools, frames, size):
    """A tree with panoptic ground truth, and a folder of predictions. Label images are the ground truth's, and masks
    are label images: what is in them does not matter here."""
    run(f"{tools}/pnd-scene", "--out", "tree", "--frames", str(frames), "--seed", "7", "--size", size, "--split", "val",
        "--predictions", "harsh", "--pred-out", "pred", "--quiet")
    run(f"{tools}/pnd-panoptic", "--root", "tree", "--split", "val", "--in-place", "--quiet")
    os.mkdir("pred/instance")
    for path in files_below("tree/gtFine/val"):
        frame = os.path.basename(path).removesuffix("_gtFine_labelIds.png")
        if frame == os.path.basename(path):
            continue
        shutil.copy(path, f"pred/{frame}_pred_labelIds.png")
        shutil.copy(path, f"pred/instance/{frame}_0.png")
        with open(f"pred/instance/{frame}.txt", "w") as text:
            text.write(f"{frame}_0.png 26 0.5\n")


MORE = {"panoptic": ["--boundary", "--errors"], "semantic": ["--boundary"], "instance": ["--distance"],
        "depth": ["--mask-labels", "1,2,3", "--analysis", "all"], "joint": []}


def separate(program, task, *more, **env):
    options = {"panoptic": ["--pred", "pred"], "semantic": ["--pred", "pred", "--pred-suffix", "_pred_labelIds.png"],
               "instance": ["--pred", "pred/instance"], "depth": ["--pred", "pred"], "joint": ["--pred", "pred"]}
    return run(program, task, "--root", "tree", *options[task], *more, **env)


def check_equal(tools):
    make_data(tools, 6, "96x48")
    check_equal_with(f"{tools}/pnd-eval", "plain", {t: [] for t in TASKS}, [])
    check_equal_with(f"{tools}/pnd-eval", "more", MORE, MORE["panoptic"] + MORE["instance"] + MORE["depth"])
    check_one_warning(f"{tools}/pnd-eval")


def check_equal_with(program, name, single_options, options):
    tables = {t: separate(program, t, "-o", f"{name}/{t}.json", *single_options[t]) for t in TASKS}
    for threads in "1", "2", "7":
        folder = f"{name}{threads}"
        out = run(program, "all", "--root", "tree", "--pred", "pred", "-o", folder, "--threads", threads, *options)
        assert sorted(os.listdir(folder)) == sorted(f"{t}.json" for t in TASKS)
        for task in TASKS:
            with open(f"{name}/{task}.json", "rb") as one, open(f"{folder}/{task}.json", "rb") as other:
                assert one.read() == other.read(), f"{task}.json differs with {threads} threads"
            assert f"== {task}\n{tables[task]}" in out, f"the table of {task} differs with {threads} threads"


def check_one_warning(program):
    """Panoptic and joint read the same two JSON files; a prediction without ground truth is told of once."""
    with open("tree/gtFine/cityscapes_panoptic_val.json") as file:
        gt = json.load(file)
    del gt["annotations"][1], gt["images"][1]
    with open("fewer.json", "w") as file:
        json.dump(gt, file)
    command = [program, "all", "--root", "tree", "--pred", "pred", "--gt-json", "fewer.json", "--gt-dir",
               "tree/gtFine/cityscapes_panoptic_val", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("predictions for images that the ground truth does not have: 1") == 1, done.stderr
    # Frames of the tasks differ now, and each task scores its own.
    assert "== panoptic" in done.stdout and ";images=5;" in done.stdout and ";images=6;" in done.stdout


def count(log):
    with open(log) as lines:
        return collections.Counter(tuple(line.rstrip("\n").split(" ", 1)) for line in lines)


def faults(counted, expected):
    """What is wrong with the counts: each of the `expected` files is read once and decoded once."""
    wrong = []
    for path in expected:
        decoder = "json" if path.endswith(".json") else None if path.endswith(".txt") else "png"
        kinds = ["read"] + ([decoder] if decoder else [])
        wrong += [f"{kind} {path}: {counted[kind, path]} times" for kind in kinds if counted[kind, path] != 1]
    wrong += [f"{kind} {path}: {n} times" for (kind, path), n in counted.items() if n > 1 or path not in expected]
    return sorted(set(wrong))


def whole_paths(counted):
    """Masks are decoded under the name their text file gives them."""
    return collections.Counter({(kind, path if os.path.exists(path) else f"pred/instance/{path}"): n
                                for (kind, path), n in counted.items()})


def check_counts(counted_program, expected, log, *more):
    run(counted_program, "all", "--root", "tree", "--pred", "pred", "--tasks", ",".join(TASKS), "--threads", "2", *more,
        PND_COUNT_LOG=log)
    wrong = faults(whole_paths(count(log)), expected)
    assert not wrong, f"{len(wrong)} faults:\n" + "\n".join(wrong[:20])


def check_once(tools, counted_program):
    make_data(tools, 100, "64x32")
    expected = [p for p in files_below("tree") + files_below("pred")
                if "leftImg8bit" not in p and "rightImg8bit" not in p and not p.endswith("errors.json")]
    assert len(expected) == 100 * 10 + 2, len(expected)
    check_counts(counted_program, expected, "masks.log")
    # Without masks the instances are the things of the panoptic prediction: three tasks share it.
    shutil.rmtree("pred/instance")
    expected = [p for p in expected if os.path.exists(p)]
    check_counts(counted_program, expected, "things.log")
    # More tasks look at the same files: depth at the labels, instance at the disparity.
    check_counts(counted_program, expected, "more.log", "--mask-labels", "1,2,3", "--analysis", "class", "--distance",
                 "--boundary", "--errors")
    # The test sees what it looks for: two commands decode what they share twice.
    for task in "panoptic", "joint":
        separate(counted_program, task, PND_COUNT_LOG="two.log")
    shared = [p for p in expected if "cityscapes_panoptic_val/" in p]
    twice = [f"png {p}: 2 times" for p in shared]
    assert set(twice) <= set(faults(count("two.log"), expected)), "decoding twice was not noticed"


def main():
    tools = os.path.abspath(sys.argv[2])
    last = os.path.abspath(sys.argv[-1])
    for name in "CITYSCAPES_DATASET", "CITYSCAPES_RESULTS":
        os.environ.pop(name, None)
    if sys.argv[1] == "data":
        shutil.rmtree(last, ignore_errors=True)
        os.makedirs(last)
        os.chdir(last)
        return make_data(tools, 2, "64x32")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        if sys.argv[1] == "equal":
            check_equal(tools)
        else:
            check_once(tools, last)
        os.chdir("/")


main()
