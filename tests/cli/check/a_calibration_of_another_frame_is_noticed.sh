# SPDX-License-Identifier: Apache-2.0
mkdir -p cs/camera/val/ulm
for frame in 000000 000001 000002; do
    cp "$DATA/depth_eval/camera/val/ulm/ulm_000000_000000_camera.json" cs/camera/val/ulm/ulm_000000_${frame}_camera.json
done
chmod -R u+w cs
pnd-check cs
echo "exit $?"
sed 's/"fx": [0-9.]*/"fx": 2268.36/' "$DATA/depth_eval/camera/val/ulm/ulm_000000_000000_camera.json" >cs/camera/val/ulm/ulm_000000_000001_camera.json
pnd-check cs
echo "exit $?"
