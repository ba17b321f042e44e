#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes the files beside it with PyTorch (1.13 or later): needs python3-torch. About 20 seconds.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../../../scripts/reference"
python=${PYTHON:-python3}

$python hashed_weights.py -o "$here/hashed.safetensors" --only \
    backbone.stem.conv1.weight,backbone.stem.conv3.norm.weight,backbone.res2.0.conv3.norm.weight,backbone.res2.0.conv1.norm.running_var,backbone.res3.1.conv2.norm.bias,ins_embed_head.offset_predictor.weight,sem_seg_head.predictor.bias,sem_seg_head.decoder.res5.project_conv.convs.4.1.bias

dump() { name=$1; shift; $python dump.py "$@" -o "$here/$name.safetensors"; }
dump ds_dorn_global --variant r52_ds --depth dorn --dorn-bins 16 --pool global --width 16 --size 64x96 \
    --features res3,res5 --post sem,centers,panoptic,depth,segments,scores
dump r52_base --variant r52 --depth none --pool 3x2 --width 16 --size 96x64 --seed 2
dump ds_dshead_l1 --variant r52_ds --depth l1 --depth-head ds --pool 2x3 --width 16 --size 80x112 --seed 3 \
    --post centers,panoptic,depth,segments,scores
dump r52_dorn_published_batch --variant r52 --depth dorn --dorn-layout published --dorn-bins 5 --pool 4x5 --width 16 \
    --size 70x99 --batch 2 --seed 4
dump full_r52_l1 --variant r52 --depth l1 --pool 2x4 --size 64x128 --seed 6 --post centers,panoptic,segments,scores
dump full_ds_l1 --variant r52_ds --depth l1 --pool 3x3 --size 64x64 --seed 7 --post centers,panoptic,segments,scores
