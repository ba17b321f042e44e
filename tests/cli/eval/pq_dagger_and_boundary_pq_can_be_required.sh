# SPDX-License-Identifier: Apache-2.0
# docs/metrics.md, "--require". Values of the golden frames: PQ-dagger 43.56, boundary PQ 33.998, SQ 55.1, of things 18.6 (see
# pq_dagger_and_boundary_pq_of_the_golden_frames). PQ-dagger of things is their PQ, 21.566.
golden=$DATA/golden_small
require() {
    pnd-eval panoptic --gt-json "$golden/expected/cityscapes_panoptic_val.json" \
        --pred-json "$golden/pred/cityscapes_panoptic_val.json" "$@" >/dev/null
    echo "$*: exit $?"
}
require --require 'PQ_dagger>=43.5' --require 'PQ_dagger<43.6' --require 'PQ_dagger_th<21.57' --require 'PQ_dagger_th>21.56'
require --require 'PQ_dagger_st>=100'
require --boundary --require 'PQ_boundary>33.9' --require 'PQ_boundary<34' --require 'SQ_boundary>55' --require 'PQ_boundary_th<18.7'
require --boundary --require 'PQ_boundary_st>=100' --require 'RQ_boundary<0'
require --require 'PQ_boundary>=1'
require --boundary --require 'PQ_border>=1'
