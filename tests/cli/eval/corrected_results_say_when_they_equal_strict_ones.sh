# SPDX-License-Identifier: Apache-2.0
. "$CASES/scene.sh.inc"
crowd='dict(id=%d, category_id=1, area=4, iscrowd=1, bbox=[0, 6, 2, 2])'
equal() {
    echo "$1"
    shift
    scene "$@"
    for parity in corrected strict; do
        pnd-eval panoptic --gt-json gt.json --pred-json pred.json --parity $parity --force -o $parity.json \
            >table 2>messages || cat messages
        grep equals_strict $parity.json
    done
    # Whatever follows the head: every number of every image and class, as printed.
    for parity in corrected strict; do sed -n '/^    "All"/,$p' $parity.json >$parity.numbers; done
    cmp -s corrected.numbers strict.numbers && echo "    same numbers"
}
equal 'consistent'
equal 'wrong area' 's[0]["area"] = 15'
equal 'no area' 'del s[0]["area"]'
equal 'one crowd' "s.append($(printf "$crowd" 2)); rectangle(gt, 0, 2, 6, 8, 2)"
equal 'two crowds' "s += [$(printf "$crowd" 2), $(printf "$crowd" 3)]" 'rectangle(gt, 0, 2, 6, 8, 2)' 'rectangle(gt, 2, 4, 6, 8, 3)'
