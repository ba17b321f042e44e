# SPDX-License-Identifier: Apache-2.0
# Segment 1 says 20 m (ff4a00); segment 258 = 2 + 256 has none and is hatched grey; category 7 is road.
mkdir pred
"$CASES"/picture.py rgb pred/a.png 3 010000 020100 030000
cat >pred.json <<'JSON'
{"annotations": [{"image_id": "a", "file_name": "a.png", "segments_info": [
  {"id": 1, "category_id": 26, "depth": 20.0}, {"id": 258, "category_id": 24}, {"id": 3, "category_id": 7}]}]}
JSON
pnd-view panoptic-depth -q --panoptic-json pred.json -o out.png --no-labels --no-edges --no-legend
"$CASES"/picture.py show out.png
