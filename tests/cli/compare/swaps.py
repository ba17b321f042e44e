# SPDX-License-Identifier: Apache-2.0
"""Three golden frames, two methods of semantic and instance segmentation, and every way to swap their images.

Method b takes the next frame's semantic prediction on the second and third frame, and on every frame other confidences
and two instances fewer. `swaps.py make` writes gt, a and b; `swaps.py check` scores every swap with pnd-eval and
compares the shares of |differences| with the p-values of pnd-compare.
"""
import itertools, json, os, pathlib, shutil, subprocess, sys

golden = pathlib.Path(os.environ["DATA"]) / "golden_small"
truths = sorted(golden.glob("gtFine/val/*/*_gtFine_instanceIds.png"))[:3]
stems = [t.name[: -len("_gtFine_instanceIds.png")] for t in truths]


def only(folder, pattern):
    found = sorted((golden / folder).glob(pattern))
    assert found, pattern
    return found


def write_semantic(method, k, folder):
    source = (k + 1) % 3 if method == "b" and k > 0 else k
    shutil.copy(only("pred_sem", f"**/{stems[source]}*.png")[0], folder / (stems[k] + "_pred.png"))


def write_instance(method, k, folder):
    listing = only("pred_inst", f"**/{stems[k]}*.txt")[0]
    lines = [line.split() for line in listing.read_text().splitlines()]
    for path, _, _ in lines:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(listing.parent / path, folder / path)
    if method == "b":
        lines = [[path, label, str((int(9973 * (n + 1) * (k + 2)) % 100) / 100)] for n, (path, label, _) in enumerate(lines[:-2])]
    (folder / (stems[k] + ".txt")).write_text("".join(" ".join(line) + "\n" for line in lines))


def make(name, methods):
    for task, write in (("semantic", write_semantic), ("instance", write_instance)):
        folder = pathlib.Path(name) / task
        folder.mkdir(parents=True)
        for k in range(3):
            write(methods[k], k, folder)


def score(name):
    values = {}
    for task in ("semantic", "instance"):
        out = f"{name}.{task}.json"
        subprocess.run(["pnd-eval", task, "--quiet", "--root", "gt", "--pred", f"{name}/{task}", "--name", name, "-o", out],
                       check=True, stdout=subprocess.DEVNULL)
        r = json.load(open(out))
        if task == "semantic":
            values.update({k: r[k] for k in r if k.startswith("averageScore")})
            values.update({"classScores." + k: v for k, v in r["classScores"].items()})
        else:
            values.update({"averages." + k: r["averages"][k] for k in ("allAp", "allAp50%")})
            values.update({f"averages.classes.{k}.ap": v["ap"] for k, v in r["averages"]["classes"].items()})
    return values


def check():
    compared = {}
    for task in ("semantic", "instance"):
        compared.update(json.load(open(task + ".json"))["comparisons"][0]["scores"])
    differences = {}
    for n, methods in enumerate(itertools.product("ab", repeat=3)):
        make(f"first{n}", methods)
        make(f"second{n}", ["b" if m == "a" else "a" for m in methods])
        first, second = score(f"first{n}"), score(f"second{n}")
        for key in first:
            if first[key] is not None and second[key] is not None:
                differences.setdefault(key, []).append(second[key] - first[key])
    equal = 0
    for key, all_of_it in differences.items():
        observed, p = compared[key]["difference"], compared[key]["p"]
        assert observed is not None and observed == all_of_it[0], key
        share = sum(abs(d) >= abs(observed) * (1 - 1e-12) for d in all_of_it) / len(all_of_it)
        assert share == p, (key, share, p)
        equal += 1
    print(equal >= 20, "p-values are the shares of all swaps")


if sys.argv[1] == "make":
    for truth in truths:
        city = pathlib.Path("gt/gtFine/val") / truth.parent.name
        city.mkdir(parents=True, exist_ok=True)
        shutil.copy(truth, city)
        shutil.copy(str(truth).replace("instanceIds", "labelIds"), city)
    make("a", "aaa")
    make("b", "bbb")
    for method in "ab":
        score(method)
else:
    check()
