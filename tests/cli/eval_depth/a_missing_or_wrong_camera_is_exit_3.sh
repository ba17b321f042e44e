# SPDX-License-Identifier: Apache-2.0
# There is no default calibration (faults.md 62, 63).
run() { pnd-eval depth --root tree --pred "$DATA/depth_eval/pred" -o r.json; echo "exit $?"; }
cp -R "$DATA/depth_eval" tree && chmod -R u+w tree
camera=tree/camera/val/ulm/ulm_000000_000000_camera.json
good=$(cat $camera)
rm $camera
run
for edit in 's/"fx": 2048/"fx": 0/' 's/"fx": 2048/"fx": "2048"/' 's/"baseline": 0.25/"baseline": -0.25/' \
    's/"baseline": 0.25/"baseline": 1e300/' 's/"baseline"/"base"/'; do
    printf '%s\n' "$good" | sed "$edit" >$camera
    run
done
test ! -e r.json && echo "nothing written"
