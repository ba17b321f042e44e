# SPDX-License-Identifier: Apache-2.0
command -v python3 >/dev/null || { echo "no python3"; exit 77; }
python3 "$CASES/depth.py"
run() { pnd-convert depth -q "$@"; echo "exit $?"; }
run --to npy --out a.npy kitti.png
run --to png16 --out a.png metres.npy
run --to png-mm --out a.png metres.npy
run --to png16 --saturate --out a.png metres.npy
run --to npy --out b.npy bad.npy
run --to npy --drop-invalid --out b.npy bad.npy
run --to npy --out c.npy two.npz
run --member nothing --to npy --out c.npy two.npz
run --member other --to pfm --out c.pfm two.npz
head -c 100 two.npz >cut.npz
run --to npy --out d.npy cut.npz
run --out d.npy kitti.png
run --to npy --deflate --unit mm --out d.npy kitti.png
mkdir maps
cp metres.npy double.npy maps/
run --to pfm --out out maps
run --to pfm --out one.pfm maps
run --to pfm --threads 1 --out out maps
ls out
