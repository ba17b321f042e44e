# SPDX-License-Identifier: Apache-2.0
command -v python3 >/dev/null || { echo "no python3"; exit 77; }
pnd-scene -q --out cs --frames 8 --size 128x64
python3 "$CASES/damage.py" cs
pnd-check cs --json >report
echo "exit $?"
sed -n '/"codes"/,/}/p' report
pnd-check cs --ignore camera-key,camera-range,camera-center,json-invalid --json >report
sed -n '/"codes"/,/}/p' report | grep camera
pnd-check cs --ignore nonsense
echo "exit $?"
