#!/bin/bash
# system info names this machine's instruction sets, which --isa accepts; it refuses others.
set -eu
: "${CAIRN:?the path of the program}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$CAIRN" system info --json >out
jq -e '.cpus >= 1 and .memory_bytes > 0 and .float_environment == "ok" and (.seed.present | type) == "boolean"' out >/dev/null
jq -e 'has("speed") | not' out >/dev/null
"$CAIRN" system info --bench --threads 2 --json >out
jq -e '[.speed[].threads] == [1, 2] and ([.speed[] | .fma_peak_gflops, .read_gigabytes_per_second, (.linear_layers[] | .gflops, .int8_gops)] | all(. > 0))' out >/dev/null
if [ "$(jq .seed.present out)" = true ]; then
  [ "$("$CAIRN" system info --model seed)" = "$(jq -r .seed.digest out)" ]
  [ "$("$CAIRN" system info --model "$(jq -r .seed.path out)" --json | jq -r .digest)" = "$(jq -r .seed.digest out)" ]
fi
isa=$(jq -r '.instruction_sets[-1]' out)
[ "$("$CAIRN" system info --json --isa "$isa" | jq -r .instruction_set)" = "$isa" ]
jq -e '.int8_instructions | IN("AMX", "VNNI", "SIMD")' out >/dev/null
[ "$("$CAIRN" system info --json --isa "$isa" | jq -r .int8_instructions)" = SIMD ] # the last set is the plainest
status=0 && "$CAIRN" system info --isa VAX 2>message || status=$?
[ "$status" = 2 ]
grep -q VAX message
