# SPDX-License-Identifier: Apache-2.0
# Faults, row 35. Half the size: each pixel becomes four, so segment 10 covers segment 1 and PQ is 100.
. "$CASES/scene.sh.inc"
scene 'pred[:] = [row[::2] for row in pred[::2]]'
score --resize none
score --resize nearest
grep -o 'resize=[a-z]*' table
# Twice the size, and a segment of one pixel that no sample hits: scored as the base scene.
twice='pred[:] = [[v for v in row for _ in "ab"] for row in pred for _ in "ab"]; pred[0][0] = 55'
scene "$twice" 't.append(dict(id=55, category_id=1))' && score --resize nearest
# Contradictions of the file itself stay errors.
scene "$twice" 't.append(dict(id=99, category_id=1))' && score --resize nearest
# Nothing to resample, nothing to report.
scene && score --resize nearest
