#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: compare.py OURS REFERENCE TOLERANCE: every number of the reference's file is in ours, within the tolerance."""
import json
import sys


def walk(ours, theirs, path, tolerance):
    if isinstance(theirs, dict):
        return sum(walk(ours[k], v, path + "." + k, tolerance) for k, v in theirs.items())
    if isinstance(theirs, list):
        assert len(ours) == len(theirs), path
        return sum(walk(a, b, "%s[%d]" % (path, i), tolerance) for i, (a, b) in enumerate(zip(ours, theirs)))
    if theirs is None or isinstance(theirs, str):
        assert ours == theirs, "%s: %r, expected %r" % (path, ours, theirs)
    else:
        assert abs(ours - theirs) <= tolerance, "%s: %r, expected %r" % (path, ours, theirs)
    return 1


with open(sys.argv[1]) as a, open(sys.argv[2]) as b:
    print(walk(json.load(a), json.load(b), "", float(sys.argv[3])), "values agree")
