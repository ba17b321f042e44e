# SPDX-License-Identifier: Apache-2.0
mkdir pred
"$CASES"/picture.py rgb pred/a.png 2 010000 020000
segments() {
    echo '{"annotations": [{"image_id": "a", "file_name": "'"$2"'", "segments_info": ['"$1"']}]}' >pred.json
    pnd-view panoptic --panoptic-json pred.json -o out.png
    echo "exit $?"
}
segments '{"id": 1, "category_id": 26}' a.png
segments '{"id": 1, "category_id": 26}, {"id": 2, "category_id": 99}' a.png
segments '{"id": 1, "category_id": 26}, {"id": 1, "category_id": 24}' a.png
segments '{"id": 1, "category_id": 26}' ../a.png
segments '{"id": 1' a.png
segments '' a.png
ls
