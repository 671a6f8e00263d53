#!/bin/bash
# A second build runs nothing; an edited leaf is written again, the other is not, and --explain says why.
set -euo pipefail
source "$(dirname "$0")/../small_project.sh"
make_project p
first=$(build_digest p)
"$CAIRN" build -C p --quiet --json >second
jq -e --arg first "$first" '(.steps | length) == 8 and all(.steps[]; .state == "unchanged") and .release.digest == $first' second >/dev/null
echo "The miller keeps eleven white hens behind the barn." >>p/taxonomy/knowledge/mill/mill.md
"$CAIRN" build -C p --plan --quiet --json 2>/dev/null >plan
jq -e '[.steps[] | select(.state == "run") | .id] == ["synth:knowledge/mill"]' plan >/dev/null
"$CAIRN" build -C p --explain --json 2>explained >third
grep -q 'because: .*leaf knowledge/mill' explained || fail "no reason for the leaf"
grep -q '^since cairn.lock: leaf knowledge/mill changed' explained || fail "the lock does not tell"
jq -e '.steps | map({(.id): .state}) | add
  | .["synth:knowledge/mill"] == "run" and .["synth:compositional_skills/greeting"] == "unchanged"
    and .["measure:base"] == "unchanged" and .["train:1-knowledge"] == "run" and .release == "run"' third >/dev/null
jq -e --arg first "$first" '.release.digest != $first' third >/dev/null
# How much of the adapter is released is no part of the training; a replay knows it.
sed -i 's/alpha: 8/alpha: 8, mergeScale: 0.5/' p/cairn.yaml
"$CAIRN" build -C p --quiet --json >scaled
jq -e '[.steps[] | select(.state == "run") | .id] == ["model", "measure", "release"]' scaled >/dev/null
config=p/build/small/adapter/adapter_config.json
jq -e '.lora_alpha == 4' "$config" >/dev/null || fail "another alpha: $(cat "$config")"
"$CAIRN" replay p/build/small --base p/base --segments 1 --quiet || fail "the scaled release does not replay"
