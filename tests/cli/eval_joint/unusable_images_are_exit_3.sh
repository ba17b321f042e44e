# SPDX-License-Identifier: Apache-2.0
fresh() { rm -Rf gt pred; cp -R "$DATA/dvps/gt" "$DATA/dvps/pred" .; chmod -R u+w gt pred; }
run() { pnd-eval joint --dvps gt --pred pred -o r.json; echo "exit $?"; }
echo "- another size"
fresh; cp "$DATA/depth_eval/pred/ulm_000000_000000_leftImg8bit_depth.png" pred/depth/000001_000005_ulm_000000_000005.png; run
echo "- 8-bit depth"
fresh; cp pred/panoptic/000001_000005_* pred/depth/000001_000005_ulm_000000_000005.png; run
echo "- 16-bit panoptic prediction"
fresh; cp gt/000001_000005_*_gtFine_* pred/panoptic/000001_000005_ulm_000000_000005.png; run
echo "- a COCO panoptic image"
fresh; cp "$DATA"/golden_small/pred/cityscapes_panoptic_val/frankfurt_000000_000019*.png pred/panoptic/000001_000005_ulm_000000_000005.png; run
echo "- instanceTrainIds of cityscapesScripts"
fresh; cp "$DATA"/golden_small/gtFine/val/frankfurt/frankfurt_000000_000019_gtFine_instanceTrainIds.png \
    gt/000001_000005_ulm_000000_000005_gtFine_instanceTrainIds.png; run
echo "- truncated"
fresh; head -c 60 "$DATA/dvps/gt/000001_000005_ulm_000000_000005_depth_2262.52.png" >gt/000001_000005_ulm_000000_000005_depth_2262.52.png; run
echo "- two files of one frame"
fresh; cp pred/depth/000001_000005_ulm_000000_000005.png pred/depth/000001_000005_other.png; run
echo "- a name without numbers"
fresh; cp gt/000001_000005_*_gtFine_* gt/ulm_gtFine.png; run
test ! -e r.json && echo "nothing written"
