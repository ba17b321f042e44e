#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run every example of a page of docs/cli, or of README.md, on a tiny tree: each must do what it says, not end with an error.

usage: run_examples.py PAGE.md BIN_DIR TEST_DATA

The examples are the lines of the page's `sh` blocks, as they stand, in an empty folder that holds what their names promise: `cityscapes`, a
tree rendered by pnd-scene (with polygons for pnd-panoptic: golden_small), `out` with the predictions that the task reads, results files. Scenes
are rendered small and few. Exit 0 is right; 1 too where the example asks for a gate (--require) or a complete data set (--complete), 6 for a submission of few frames.
A usage line that no example follows is an error: a mode has an example.
"""
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

from run_page import write_npy, write_png

SIZE = ["--size", "128x64"]
NEAR = {"schema": "panodepth-protocol/1", "name": "near", "extends": "eigen80", "cap_m": 30}


def blocks(page, wanted):
    """The fenced blocks with this info string."""
    return [text for info, text in re.findall(r"^```([^\n]*)\n(.*?)^```", page, re.M | re.S) if info == wanted]


def examples(page):
    """Commands with their comments, continued lines joined."""
    for block in blocks(page, "sh"):
        for line in block.replace("\\\n", " ").splitlines():
            if line.strip() and not line.startswith("#"):
                yield line


# ---- modes

ANYWHERE = {"--root", "--split", "--out", "--pred", "--ids", "--image-id"}  # what a usage line shows without making a mode of it


def mode(line, commands):
    """Program and sub-command, the options that make the mode, and whether it begins with an operand of a sub-command."""
    words = re.sub(r"\[[^]]*\]|\.\.\.", "", line).split()
    head = words[:2] if len(words) > 1 and words[1] in commands else words[:1]
    rest = words[len(head):]
    return tuple(head), {w for w in rest if w.startswith("--")} - ANYWHERE, bool(commands and rest) and not rest[0].startswith("-")


def usage_lines(page):
    for block in blocks(page, ""):
        yield from (line for line in block.splitlines() if line.startswith("pnd-"))


def modes_without_example(page, lines):
    commands = re.findall(r"^## pnd-\w+ ([a-z-]+)", page, re.M)
    shown = [mode(line.split(" #")[0].split(">")[0], commands) for line in lines]
    for line in usage_lines(page):
        head, options, operand = mode(line, commands)
        if not any(head == h and options <= o and (operand == p or not operand) for h, o, p in shown):
            yield line


# ---- the world that the examples speak of

def tool(*words):
    done = subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=120)
    if done.returncode != 0:
        sys.exit("setting up: %s: exit %d\n%s" % (" ".join(words), done.returncode, done.stderr))


def frames(kind, suffix):
    found = []
    for folder, _, names in os.walk(os.path.join("cityscapes", kind, "val")):
        found += [os.path.join(folder, n) for n in names if n.endswith(suffix)]
    return sorted(found)


def make_tree():
    tool("pnd-scene", "--quiet", "--out", "cityscapes", "--frames", "6", "--split", "train,val", "--seed", "3", *SIZE, "--predictions", "mild")
    os.rename("cityscapes/predictions", "cityscapes/results")
    tool("pnd-panoptic", "--quiet", "--root", "cityscapes", "--split", "train,val", "--in-place")
    shutil.copy("cityscapes/gtFine/cityscapes_panoptic_val.json", "gt.json")
    shutil.copytree("cityscapes/gtFine/cityscapes_panoptic_val", "gt")


def half_car(number):
    """Road, and to the right one car: class 13 with this instance number in the other bytes."""
    return "\n".join(["0 " * 64 + "%d " % (13 + number) * 64] * 64)


def make_predictions():
    """What each task reads, in a folder of its own; `out` becomes a link to one of them."""
    for task in ("semantic", "trainids", "instance", "panoptic", "two_channel"):
        os.mkdir("out_" + task)
    for path in frames("gtFine", "_labelIds.png"):
        shutil.copy(path, "out_semantic")
    tool("pnd-panoptic", "--quiet", "--root", "cityscapes", "--split", "val", "--out", "trainids", "--label-train-ids")
    for folder, _, names in os.walk("trainids"):
        for name in (n for n in names if n.endswith("_labelTrainIds.png")):
            shutil.copy(os.path.join(folder, name), "out_trainids")
    for path in frames("gtFine", "_instanceIds.png"):
        core = os.path.basename(path)[: -len("_gtFine_instanceIds.png")]
        write_png("out_instance/%s_0.png" % core, "\n".join(["255 " * 128] * 64), "8")
        write_png("out_two_channel/%s.png" % core, half_car(1 << 8), "rgb")
        with open("out_instance/%s.txt" % core, "w") as f:
            f.write("%s_0.png 26 0.5\n" % core)
    shutil.copytree("cityscapes/results", "out_results")
    for name in ("out_panoptic/panoptic", "pred", "pred/panoptic"):
        shutil.copytree("cityscapes/results/cityscapes_panoptic_val", name)
    for name in ("out_panoptic/panoptic.json", "pred/panoptic.json"):
        shutil.copy("cityscapes/results/cityscapes_panoptic_val.json", name)
    with open("cityscapes/results/cityscapes_panoptic_val.json") as f:
        document = json.load(f)
    with open("pred.json", "w") as f:
        json.dump(document, f)


def make_results(data):
    def score(name, task, *words):
        tool("pnd-eval", task, "--quiet", "--root", "cityscapes", *words, "--name", name, "-o", name + ".json")
    for name in ("old", "new", "base", "a", "b", "c", "ours"):
        score(name, "panoptic")
    score("semantic", "semantic", "--pred", "out_semantic")
    for name in ("old_depth", "new_depth"):
        score(name, "depth", "--pred", "out_results", "--analysis", "all")


def world_default(data):
    make_tree()
    make_predictions()
    with open("near.json", "w") as f:
        json.dump(NEAR, f)
    os.mkdir("cityscapes-dvps")
    shutil.copytree(os.path.join(data, "dvps", "gt"), "cityscapes-dvps/val")
    shutil.copytree(os.path.join(data, "dvps", "pred"), "out_dvps")
    for kind, suffix, name in (("disparity", ".png", "d.png"), ("camera", ".json", "camera.json"),
                               ("gtFine", "_instanceIds.png", "gt_instanceIds.png"), ("gtFine", "_labelIds.png", "gt_labelIds.png"),
                               ("gtFine", "_instanceIds.png", "ulm_000000_000019_gtFine_instanceIds.png"),
                               ("gtFine", "_labelIds.png", "prediction.png")):
        shutil.copy(frames(kind, suffix)[0], name)
    write_png("pred.png", half_car(1 << 16), "rgb")
    shutil.copy("out_instance/frankfurt_000000_000019_0.png", ".")
    shutil.copy("out_instance/frankfurt_000000_000019.txt", "prediction.txt")
    tool("pnd-depth", "--quiet", "--disparity", "d.png", "--camera", "camera.json", "--format", "npy", "--out", "z.npy")
    tool("pnd-depth", "--quiet", "--root", "cityscapes", "--split", "val", "--out", "depth")


def world_with_results(data):
    world_default(data)
    make_results(data)


def world_panoptic(data):
    for name in ("cityscapes", "mine"):
        shutil.copytree(os.path.join(data, "golden_small"), name)
        shutil.copytree(name + "/gtFine/val", name + "/gtFine/train")


def world_convert(data):
    world_default(data)
    os.mkdir("two_channel")  # road, and two cars counted from 1
    write_png("two_channel/ulm_000000_000000_pred.png", "0 0 %d %d" % (13 + 256, 13 + 512), "rgb")
    shutil.rmtree("pred")
    shutil.copytree("out_trainids", "labels")
    os.makedirs("millimetres")
    write_png("millimetres/a_depth.png", "8000 0 12500", "16")
    write_npy("depth.npy", "8 12")
    tool("pnd-convert", "depth", "--quiet", "--to", "npz", "--out", "maps.npz", "depth.npy")
    os.remove("depth.npy")


def world_check(data):
    world_default(data)
    shutil.copytree("cityscapes/results", "results")


def world_readme(data):
    world_default(data)
    shutil.rmtree("pred")
    shutil.copytree("cityscapes/results", "pred")
    shutil.copytree("cityscapes/results/val", "pred/depth")
    shutil.rmtree("gt")
    tool("pnd-eval", "panoptic", "--quiet", "--root", "cityscapes", "--parity", "strict", "-o", "baseline_pq.json")


def world_infer(data):
    make_tree()
    shutil.copy(frames("leftImg8bit", "_leftImg8bit.png")[0], "street.png")
    for name in ("r52.safetensors", "r52_depth.safetensors"):
        shutil.copy(os.path.join(data, "golden_slim8", "weights.safetensors"), name)
    probe = subprocess.run(["pnd-infer", "-q", "-w", "r52.safetensors", "-i", "street.png", "--out", "probe"], stderr=subprocess.PIPE, text=True)
    if "oneDNN" in probe.stderr:
        print("skipped:", probe.stderr)
        sys.exit(77)


WORLDS = {"README": world_readme, "pnd-infer": world_infer, "pnd-panoptic": world_panoptic, "pnd-convert": world_convert, "pnd-check": world_check,
          "pnd-compare": world_with_results, "pnd-table": world_with_results}


# ---- one example

def folder_for(words):
    """Which predictions `out` holds for this command."""
    if words[:1] != ["pnd-eval"] or "out" not in " ".join(words[2:]):
        return None
    if words[1] == "semantic" and "train" in words:
        return "out_trainids"
    if "two-channel" in words:
        return "out_two_channel"
    if words[1] == "joint" and "--dvps" in words:
        return "out_dvps"
    if "out/panoptic.json" in words:
        return "out_panoptic"
    return {"semantic": "out_semantic", "instance": "out_instance"}.get(words[1], "out_results")


def link_out(words):
    if os.path.islink("out"):
        os.remove("out")
    target = folder_for(words)
    if target is not None:
        os.symlink(target, "out")


def run_example(line, environment):
    """True when it did what it should."""
    if "submission" in line:
        shutil.rmtree("pred")
        shutil.copytree("labels", "pred")
    command = re.sub(r"--frames \d+", "--frames 2 " + " ".join(SIZE), line).replace("/data/cityscapes", "cityscapes")
    if command.startswith("export "):
        name, _, value = command.split("#")[0].split(None, 1)[1].strip().partition("=")
        environment[name] = os.path.abspath(value)
        return True
    words = shlex.split(command, comments=True)
    link_out(words)
    done = subprocess.run(["sh", "-c", command.split(" #")[0] + " --force"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env=environment, stdin=subprocess.DEVNULL, timeout=300)
    allowed = {0}
    if "--require" in command or "--complete" in command:
        allowed.add(1)
    if "submission" in command:
        allowed.add(6)  # the test split has 1525 frames
    if done.returncode in allowed:
        return True
    print("%s\n    exit %d: %s" % (line, done.returncode, done.stderr.strip()))
    return False


def main():
    page, bin_dir, data = (os.path.abspath(p) for p in sys.argv[1:4])
    name = os.path.splitext(os.path.basename(page))[0]
    os.environ["PATH"] = bin_dir + ":/usr/bin:/bin"
    for variable in ("CITYSCAPES_DATASET", "CITYSCAPES_RESULTS"):
        os.environ.pop(variable, None)
    with open(page, encoding="utf-8") as f:
        text = f.read()
    lines = list(examples(text))
    failed = 0
    for line in modes_without_example(text, lines):
        print("no example of: " + line)
        failed += 1
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        WORLDS.get(name, world_default)(data)
        environment = dict(os.environ, LC_ALL="C")
        if name != "README":
            environment["CITYSCAPES_DATASET"] = os.path.abspath("cityscapes")
        for line in lines:
            failed += not run_example(line, environment)
        os.chdir("/")
    print("%s: %d examples, %d failed" % (name, len(lines), failed))
    sys.exit(1 if failed or not lines else 0)


if __name__ == "__main__":
    main()
