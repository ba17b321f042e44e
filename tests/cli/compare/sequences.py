# SPDX-License-Identifier: Apache-2.0
"""The hand-made sequence of tests/data/dvps three times over, two methods, and every way to swap their sequences.

Method b predicts every frame of the second sequence as its first frame, and takes the depth of the third from its first frame.
`sequences.py make` writes gt, a and b and scores them; `sequences.py check` scores every swap with pnd-eval and compares the shares of
|differences| with the p-values of pnd-compare.
"""
import itertools, json, os, pathlib, shutil, subprocess, sys

data = pathlib.Path(os.environ["DATA"]) / "dvps"
SEQUENCES = ("000001", "000002", "000003")


def copy(source, target, sequence, kind, frozen):
    """The files of one folder under a sequence's name; `frozen`: all with the content of the first."""
    paths = sorted(p for p in source.rglob("*.png") if kind in p.name)
    for path in paths:
        place = target / path.relative_to(source).parent
        place.mkdir(parents=True, exist_ok=True)
        shutil.copy(paths[0] if frozen else path, place / path.name.replace("000001_", sequence + "_", 1))


def make(name, methods):
    for sequence, method in zip(SEQUENCES, methods):
        copy(data / "pred" / "panoptic", pathlib.Path(name) / "panoptic", sequence, "", method == "b" and sequence == "000002")
        copy(data / "pred" / "depth", pathlib.Path(name) / "depth", sequence, "", method == "b" and sequence == "000003")


def score(name, *options):
    subprocess.run(["pnd-eval", "joint", "--quiet", "--dvps", "gt", "--pred", name, *options, "--name", name, "-o", name + ".json"],
                   check=True, stdout=subprocess.DEVNULL)
    r = json.load(open(name + ".json"))
    values = {f"{m}.{g}": r[m][g] for m in ("DPQ", "DVPQ", "VPQ", "PQ-D") for g in ("All", "Things", "Stuff")}
    values.update({f"segment_depth.All.{k}": r["segment_depth"]["All"][k] for k in ("rel", "abs")})
    return values


def check():
    compared = json.load(open("c.json"))["comparisons"][0]["scores"]
    differences = {}
    for n, methods in enumerate(itertools.product("ab", repeat=3)):
        make(f"first{n}", methods)
        make(f"second{n}", ["b" if m == "a" else "a" for m in methods])
        first, second = score(f"first{n}"), score(f"second{n}")
        for key in first:
            differences.setdefault(key, []).append(second[key] - first[key])
    different = 0
    for key, all_of_it in differences.items():
        observed, p = compared[key]["difference"], compared[key]["p"]
        assert abs(observed - all_of_it[0]) < 1e-12, (key, observed, all_of_it[0])
        share = sum(abs(d) >= abs(observed) * (1 - 1e-9) - 1e-13 for d in all_of_it) / len(all_of_it)
        assert share == p, (key, share, p)
        different += observed != 0
    print(len(differences), different >= 8, "p-values are the shares of all swaps of sequences")


if sys.argv[1] == "make":
    for sequence in SEQUENCES:
        copy(data / "gt", pathlib.Path("gt"), sequence, "", False)
    make("a", "aaa")
    make("b", "bbb")
    for method in "ab":
        score(method)
else:
    check()
