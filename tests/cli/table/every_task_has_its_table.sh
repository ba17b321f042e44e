# SPDX-License-Identifier: Apache-2.0
small=$DATA/golden_small
pnd-eval semantic --quiet --root "$small" --pred "$small/pred_sem" --name net --boundary -o semantic.json >/dev/null
pnd-eval instance --quiet --root "$small" --pred "$small/pred_inst" --name net -o instance.json >/dev/null
joint() { pnd-eval joint --quiet --dvps "$DATA/dvps/gt" --pred "$DATA/dvps/pred" "$@" >/dev/null; }
joint --name net -o joint.json
joint --name strict --lambda 0.1 -o strict.json
joint --name capped --cap 80 -o capped.json
cat >own.json <<'END'
{"schema": "panodepth-baseline/1", "rows": [{"method": "published", "task": "semantic", "protocol": "cityscapes",
 "source": "a paper", "averageScoreClasses": 0.782}]}
END
pnd-table --baseline ./own.json semantic.json instance.json joint.json
echo; pnd-table --table semantic --format markdown semantic.json joint.json
echo; pnd-table --table joint --format latex joint.json
echo; pnd-table --table instance --format csv semantic.json instance.json
# Other thresholds under the same protocol: together, none best. Another protocol: apart, or together on request.
pnd-table joint.json strict.json capped.json
echo; pnd-table --mix-protocols joint.json strict.json capped.json
pnd-table --json joint.json | tr -d ' \n'; echo
pnd-table --ci --resamples 100 joint.json | tail -n 5
pnd-table --level 90 joint.json; echo "exit $?"
pnd-table --table 4 joint.json; echo "exit $?"
