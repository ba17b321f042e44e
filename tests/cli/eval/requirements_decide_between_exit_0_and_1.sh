# SPDX-License-Identifier: Apache-2.0
# The scene scores PQ 87.5, PQ_th 75, PQ_st 100. A gate that fails still leaves its results.
. "$CASES/scene.sh.inc"
require() {
    pnd-eval panoptic --gt-json gt.json --pred-json pred.json "$@" >/dev/null
    echo "$*: exit $?"
}
scene
require --require 'PQ>=87.5' --require 'PQ_th == 75' --require 'RQ_st>99.9' --require 'SQ<=87.5' --require 'PQ<88'
require --require 'PQ>87.5' --require 'PQ_st>=60' --require 'PQ_th<75' -o results.json
ls results.json
require --require 'PQ'
require --require 'PQ>=sixty'
require --require 'pq>=60'
scene 's.clear(); t.clear(); gt[:] = pred[:] = [[0] * 8 for _ in range(8)]'
require --require 'PQ>=0' --require 'PQ<=100'
