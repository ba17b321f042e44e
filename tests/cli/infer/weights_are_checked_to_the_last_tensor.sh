# SPDX-License-Identifier: Apache-2.0
"$CASES/golden.py" photograph a.png
run() { pnd-infer -q --device ref -w "$1" -i a.png --out out; echo "exit $?"; }
for change in missing extra shape half nan classes no-pool; do
    "$CASES/weights.py" $change $change.safetensors
    run $change.safetensors
done
head -c 5000000 "$DATA/golden_slim8/weights.safetensors" >cut.safetensors
run cut.safetensors
printf '\200\002}q\001X\005\000\000\000modelq\002}q\003s.' >model_final_bd324a.pkl
run model_final_bd324a.pkl
printf 'PK\003\004xxxxxxxxxxxx' >model.pth
run model.pth
printf 'version https://git-lfs.github.com/spec/v1\n' >pointer.safetensors
run pointer.safetensors
printf '<!DOCTYPE html><html>' >page.safetensors
run page.safetensors
run nothing.safetensors
pnd-infer -q --device ref -w no-pool.safetensors -i a.png --aspp-pool 2x4 --out out
echo "exit $?"
pnd-infer -q --device ref -w no-pool.safetensors -i a.png --aspp-pool 9x9 --out big
echo "exit $?"
find . -type f -name '*.png' | sort
