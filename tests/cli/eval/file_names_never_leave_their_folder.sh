# SPDX-License-Identifier: Apache-2.0
# Faults, rows 56 and 57. Every answer comes at once: a FIFO or device must not block.
. "$CASES/scene.sh.inc"
named() {
    scene "p['annotations'][0]['file_name'] = $1" && score
}
scene && cp pred/1.png outside.png
named '"../outside.png"'
named '"/etc/passwd"'
named '"a\0b"'
named '"C:\\x"'
named '"a/../1.png"'
named '"x" * 5000' | cut -c 1-160
named '""'
named '"gone.png"'
named '"."'
scene && rm pred/1.png && ln -s ../outside.png pred/1.png && score
scene && rm pred/1.png && mkfifo pred/1.png && score
scene && rm pred/1.png && ln -s /dev/zero pred/1.png && score
scene && rm pred/1.png && mkdir pred/1.png && score
