#!/bin/bash
# The built-in model was trained as its transcript says: the first steps of a phase drawn at random, bit for bit.
set -euo pipefail
: "${CAIRN:?the path of the program}"
model=$("$CAIRN" system info --json | jq -r .home)/models/seed
mapfile -t phases < <(find "$model/transcript" -mindepth 1 -maxdepth 1 -type d -printf '%f\n' 2>/dev/null | sort -n)
[ "${#phases[@]}" -gt 0 ] || { echo "skipped: no built-in model with a transcript here" && exit 0; }
# The first phase starts from nothing, others from weights, where these are shipped.
within_reach=(1)
for ((k = 2; k <= ${#phases[@]}; ++k)); do
  [ -e "$model/phases/${phases[k - 2]}" ] && within_reach+=("$k")
done
phase=${within_reach[RANDOM % ${#within_reach[@]}]}
# A phase that a GPU trained has large steps.
steps=$((1200 / $(jq .inputs.samples_per_step "$model/transcript/${phases[phase - 1]}/header.json")))
[ "$steps" -le 50 ] || steps=50
echo "phase $phase of ${#phases[@]} (within reach: ${within_reach[*]}), steps 1 to $steps"
"$CAIRN" seed replay --phase "$phase" --steps "$steps" --json 2>/dev/null | jq -e ".equal and .steps == $steps"
# What lies beside the weights is what the recipe makes.
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
"$CAIRN" seed side-files --output "$made" --quiet
for file in heldout.jsonl replay.jsonl; do cmp "$model/$file" "$made/$file"; done
