#!/bin/bash
# Any number of threads, any micro-batch and any instruction set give the same release.
set -euo pipefail
source "$(dirname "$0")/../small_project.sh"
make_project p
expected=
for isa in $("$CAIRN" system info --json | jq -r '.instruction_sets[]'); do
  # Without SIMD fma is a function call: one build of that is enough.
  threads="1 2 3"
  [ "$isa" = SCALAR ] && threads=2
  for n in $threads; do
    rm -rf p/.cairn p/build
    # 1, 2 and 4 rows at a time, each with every instruction set.
    rows=$((n == 3 ? 4 : n))
    digest=$(build_digest p --isa "$isa" --threads "$n" --micro-batch "$rows")
    echo "$digest $isa, $n threads, $rows rows at a time"
    [ "$digest" = "${expected:=$digest}" ] || fail "$isa with $n threads and $rows rows at a time gives another release"
  done
done

grep -q cairn-i8-1 p/build/small/provenance.json || fail "the provenance does not name the profile"
"$CAIRN" replay p/build/small --segments 99 --base p/base --threads 1 --quiet || fail "it does not replay"

# The same in binary32, which is another profile.
sed -i 's/lora: {/lora: {numerics: f32, /' p/cairn.yaml
int8=$expected expected=
for isa in $("$CAIRN" system info --json | jq -r '.instruction_sets[]'); do
  rm -rf p/.cairn p/build
  digest=$(build_digest p --isa "$isa" --threads 2)
  echo "$digest $isa, binary32"
  [ "$digest" = "${expected:=$digest}" ] || fail "$isa gives another release in binary32"
done
[ "$expected" != "$int8" ] || fail "numerics: f32 changed nothing"
grep -q cairn-f32-1 p/build/small/provenance.json || fail "the provenance does not name the profile"
"$CAIRN" replay p/build/small --segments 99 --base p/base --threads 1 --quiet || fail "it does not replay"
