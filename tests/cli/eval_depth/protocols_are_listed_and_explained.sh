# SPDX-License-Identifier: Apache-2.0
pnd-eval depth --list-protocols
pnd-eval depth --protocol dvps --explain
for name in paper-eq paper-repo kitti manydepth; do pnd-eval depth --protocol $name --explain | sed '/^Columns/q'; done
pnd-eval depth --protocol eigen80 --cap 50 --scaling scale-shift --bad-pred skip --mask-labels 1,2 --explain | sed '/^Columns/q'
pnd-eval depth --protocol paper-repo --explain | grep SILog
