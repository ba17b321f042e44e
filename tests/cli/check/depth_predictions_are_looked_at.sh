# SPDX-License-Identifier: Apache-2.0
command -v python3 >/dev/null || { echo "no python3"; exit 77; }
mkdir pred
python3 - <<'PY'
import struct
def npy(name, values):
    h = ("{'descr': '<f4', 'fortran_order': False, 'shape': (2, %d), }" % (len(values) // 2)).ljust(117) + "\n"
    open("pred/" + name, "wb").write(b"\x93NUMPY\1\0" + struct.pack("<H", len(h)) + h.encode()
                                     + struct.pack("<%df" % len(values), *values))
npy("good.npy", [1, 2, 3, 4])
npy("empty.npy", [0, 0, 0, 0])
npy("nan.npy", [1, float("nan"), float("inf"), 4])
npy("negative.npy", [1, -2, 3, 4])
npy("large.npy", [1, 2, 3, 4, 5, 6])
open("pred/cut.npy", "wb").write(open("pred/good.npy", "rb").read()[:-1])
PY
pnd-check pred
echo "exit $?"
