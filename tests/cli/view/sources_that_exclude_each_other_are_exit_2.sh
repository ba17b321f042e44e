# SPDX-License-Identifier: Apache-2.0
echo '{"annotations": [{"image_id": "a", "file_name": "a.png", "segments_info": []}]}' >pred.json
pnd-view panoptic --panoptic-json pred.json --instance-ids ids.png -o out.png
echo "exit $?"
pnd-view panoptic --instance-ids ids.png --image-id a -o out.png
echo "exit $?"
pnd-view panoptic --panoptic-json pred.json --image-id b -o out.png
echo "exit $?"
pnd-view panoptic-depth --panoptic-json pred.json --depth a.npy --disparity a.png --camera a.json -o out.png
echo "exit $?"
echo '{"annotations": [{"image_id": "a", "file_name": "a.png", "segments_info": []},
  {"image_id": "b", "file_name": "b.png", "segments_info": []}]}' >two.json
pnd-view panoptic --panoptic-json two.json -o out.png
echo "exit $?"
