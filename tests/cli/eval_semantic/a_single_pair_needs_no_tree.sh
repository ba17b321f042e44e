# SPDX-License-Identifier: Apache-2.0
. "$CASES/tree.sh.inc"
tree 'pred[0][4] = 7'
gt=tree/gtFine/val/ulm/ulm_000000_000000_gtFine
pair() {
    pnd-eval semantic "$@" >table 2>&1
    echo "exit $?"
    grep -e '[01]\.[0-9][0-9][0-9]' -e '^pnd-eval' table | grep -v '^Signature'
}
# Car: 15 of 16 pixels, none wrong: 0.9375. Its instance: 11 of 12 found, so iIoU 11/12. Road: 16 / 17.
pair ${gt}_labelIds.png pred/ulm_000000_000000_pred.png
# The classes of instanceIds are the same.
pair ${gt}_instanceIds.png pred/ulm_000000_000000_pred.png
cp ${gt}_labelIds.png other.png
pair other.png pred/ulm_000000_000000_pred.png
pair other.png pred/ulm_000000_000000_pred.png --no-instances
pair other.png
# A tree without labelIds.
rm ${gt}_labelIds.png && score
