# SPDX-License-Identifier: Apache-2.0
# docs/formats.md, "A depth protocol of your own". The same as without --json, and every protocol can be read from what is printed of it.
pnd-eval depth --list-protocols --json >list.json
pnd-eval depth --protocol paper-repo --explain --json
cat >own.json <<'END'
{"schema": "panodepth-protocol/1", "name": "own", "extends": "mgnet", "mask_labels": [1, 2], "cap_m": 60}
END
pnd-eval depth --protocol-file own.json --explain --json >explained.json
python3 - <<'END'
import json, subprocess
def explain(*options):
    return subprocess.run(("pnd-eval", "depth", "--explain", *options), check=True, capture_output=True, text=True).stdout
listed = [p["name"] for p in json.load(open("list.json"))["protocols"]]
print(listed)
own = json.load(open("explained.json"))
print(own["name"], own["extends"], own["rules"]["mask_labels"], own["rules"]["cap_m"], own["rules"]["clamp"])
for name in listed:
    shown = json.loads(explain("--protocol", name, "--json"))
    assert shown["name"] == name and shown["extends"] is None
    rules = {key: value for key, value in shown["rules"].items() if value is not None}
    json.dump({"schema": "panodepth-protocol/1", "name": "copy", "extends": "kitti", **rules}, open("copy.json", "w"))
    copy = json.loads(explain("--protocol-file", "copy.json", "--json"))
    assert copy["rules"] == shown["rules"], (name, copy["rules"], shown["rules"])
    words = explain("--protocol", name)
    assert shown["source"] in words
    assert all(m["formula"] in words for m in shown["metrics"].values())
print("all can be read back")
END
