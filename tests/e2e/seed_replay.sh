#!/bin/bash
# The built-in model was trained as its transcript says: the first steps of a phase drawn at random, bit for bit.
set -euo pipefail
: "${CAIRN:?the path of the program}"
model=$("$CAIRN" system info --json | jq -r .home)/models/seed
phases=$(find "$model/transcript" -mindepth 1 -maxdepth 1 -type d 2>/dev/null | wc -l)
if [ "$phases" = 0 ]; then
  echo "skipped: no built-in model with a transcript here" && exit 0
fi
# The first phase starts from nothing, the last from shipped weights; the starts of those between are not shipped.
phase=$((RANDOM % 2 ? 1 : phases))
echo "phase $phase of $phases, steps 1 to 6"
"$CAIRN" seed replay --phase "$phase" --steps 6 --json 2>/dev/null | jq -e '.equal and .steps == 6'
