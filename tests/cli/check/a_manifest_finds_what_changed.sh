# SPDX-License-Identifier: Apache-2.0
cp -r "$DATA/depth_eval/camera" "$DATA/depth_eval/disparity" .
mkdir -p cs
mv camera disparity cs/
chmod -R u+w cs
printf 'x' >'cs/a\b name'
pnd-check cs --manifest-create cs/sums
echo "exit $?"
(cd cs && sha256sum --quiet -c sums && echo "sha256sum agrees")
(cd cs && find . -type f ! -name sums | LC_ALL=C sort | sed 's/^..//' | tr '\n' '\0' | xargs -0 sha256sum) | cmp - cs/sums
pnd-check cs --manifest-verify cs/sums
echo "exit $?"
first=$(find cs/camera -type f | LC_ALL=C sort | head -n 1)
second=$(find cs/disparity -type f | LC_ALL=C sort | head -n 1)
echo >>"$first"
rm "$second"
echo new >cs/new
echo "no checksum" >>cs/sums
pnd-check cs --manifest-verify cs/sums
echo "exit $?"
pnd-check cs --manifest-create cs/sums
echo "exit $?"
