# SPDX-License-Identifier: Apache-2.0
command -v python3 >/dev/null || { echo "no python3"; exit 77; }
python3 "$CASES/depth.py"
run() { pnd-convert depth -q "$@"; echo "exit $?"; }
# KITTI samples through every float form and back are the same pixels; so are millimetres.
for form in npy npz pfm; do
    run --to $form --unit m/256 --out kitti.$form kitti.png
    run --to png16 --out kitti-$form.png kitti.$form
    png_equal kitti.png kitti-$form.png && echo same
    run --to $form --unit mm --out mm.$form mm.png
    run --to png-mm --out mm-$form.png mm.$form
    png_equal mm.png mm-$form.png && echo same
done
run --to npz --deflate --unit m/256 --out small.npz kitti.png
run --to npy --out small.npy small.npz
cmp small.npy kitti.npy && echo same
python3 -c 'import zipfile; print(zipfile.ZipFile("kitti.npz").testzip(), zipfile.ZipFile("small.npz").infolist()[0].filename)'
# 1.5 quanta are rounded up to 2 (two bytes before the PNG's checksums would say 1 if they were cut).
run --to png16 --out double.png double.npy
python3 - <<'PY'
import zlib
data = open("double.png", "rb").read()
at = data.index(b"IDAT")
print(list(zlib.decompress(data[at + 4:])[1:]))
PY
