# SPDX-License-Identifier: Apache-2.0
# faults.md row 63
"$CASES/depth.py" grey16 d.png 1 257
try() {
    echo "{\"extrinsic\": {\"baseline\": $1}, \"intrinsic\": {\"fx\": $2, \"fy\": 2265, \"u0\": 1, \"v0\": 1}}" >camera.json
    pnd-depth --disparity d.png --camera camera.json --out z.png
    echo "baseline $1, fx $2: exit $?"
}
try 0 2262
try -0.2 2262
try 0.2 0
try 0.2 1e300
try 0.2 '"2262"'
try 0.2 null
try NaN 2262
echo '{"intrinsic": {"fx": 2262, "fy": 2265, "u0": 1, "v0": 1}}' >camera.json
pnd-depth --disparity d.png --camera camera.json --out z.png
echo "no baseline: exit $?"
