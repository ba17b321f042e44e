# SPDX-License-Identifier: Apache-2.0
# Motorcycle at quarter size: 994.978 px * 0.193001 m / (d + 31.086 px)
cat >calib.txt <<END
cam0=[994.978 0 311.193; 0 994.978 254.877; 0 0 1]
cam1=[994.978 0 342.279; 0 994.978 254.877; 0 0 1]
doffs=31.086
baseline=193.001
width=741
height=500
END
"$CASES/depth.py" grey16 d.png 2 1 10241
pnd-depth -q --disparity d.png --camera calib.txt --format npy --out z.npy
"$CASES/depth.py" show z.npy
pnd-depth -qf --disparity d.png --camera calib.txt --format npy --doffs 0 --out z.npy
"$CASES/depth.py" show z.npy
