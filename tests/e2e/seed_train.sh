#!/bin/bash
# A seed recipe in small: trained twice it gives the same model, also with other threads, also when it goes on behind
# finished phases, and where a phase begins with a deeper model; every phase replays.
set -euo pipefail
: "${CAIRN:?the path of the program}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$("$CAIRN" system info --json | jq -r .home)/recipes/seed" "$work/recipe"
cat >"$work/recipe/recipe.yaml" <<'EOF'
seed: 5
tokenizer: {vocabSize: 600, samples: 200}
model: {hiddenSize: 32, intermediateSize: 48, layers: 2, heads: 2, kvHeads: 2, maxPositions: 4096}
maxTokens: 4000
phases:
  - {name: one, level: copy, steps: 3, samplesPerStep: 4, optimizer: muon, learningRate: 5.0e-3, schedule: constant, warmup: 1}
  - {name: two, level: events, textLossEvery: 2, steps: 3, samplesPerStep: 4, optimizer: adamw, learningRate: 5.0e-3, schedule: linear, warmup: 1}
  - {name: three, level: novel, layers: 3, textLossEvery: 2, steps: 3, samplesPerStep: 4, optimizer: muon, learningRate: 5.0e-3, schedule: linear, warmup: 1, shards: 2}
EOF
train() { "$CAIRN" seed train -q --recipe "$work/recipe" --work "$work/work-$1" --output "$work/$1" "${@:2}"; }
train a --threads 1
train b --threads 3
train c --from "$work/a"
for other in b c; do
  cmp "$work/a/SEED.json" "$work/$other/SEED.json"
  cmp "$work/a/model.safetensors" "$work/$other/model.safetensors"
done
jq -e ".num_hidden_layers == 3" "$work/a/config.json"
# A further phase begins with the weights that the model itself has.
cp -r "$work/recipe" "$work/longer"
echo '  - {name: four, level: copy, steps: 2, samplesPerStep: 4, optimizer: muon, learningRate: 1.0e-3, schedule: linear, warmup: 1}' >>"$work/longer/recipe.yaml"
"$CAIRN" seed train -q --recipe "$work/longer" --work "$work/work-all" --output "$work/all"
"$CAIRN" seed train -q --recipe "$work/longer" --work "$work/work-on" --output "$work/on" --from "$work/a"
cmp "$work/all/SEED.json" "$work/on/SEED.json"
for phase in 1 2 3; do
  "$CAIRN" seed replay -q --recipe "$work/recipe" --model "$work/a" --phase $phase --steps 3 --json | jq -e '.equal and .steps == 3'
done
# Weights of another depth are not taken over, and a phase has no fewer layers than the one before.
sed -i 's/{name: two, level: events,/{name: two, level: events, layers: 3,/' "$work/recipe/recipe.yaml"
status=0 && train d --from "$work/a" 2>"$work/said" || status=$?
[ "$status" = 2 ] && grep -q layers "$work/said"
sed -i 's/layers: 3, textLossEvery/layers: 1, textLossEvery/' "$work/recipe/recipe.yaml"
status=0 && train d 2>"$work/said" || status=$?
[ "$status" = 2 ] && grep -q 'fewer layers' "$work/said"
