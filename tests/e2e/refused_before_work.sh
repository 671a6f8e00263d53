#!/bin/bash
# What cannot be trained or measured is named with its place before anything is made: a seed example or a question longer
# than the base model can read, a device for 8-bit training, a phase without leaves.
set -euo pipefail
source "$(dirname "$0")/../small_project.sh"
make_project p
leaf=$(dirname "$(find p/taxonomy -name eval.yaml | sort | head -1)")
long=$(printf 'word %.0s' {1..2000})
cp "$leaf/eval.yaml" kept
printf '  - question: "%s?"\n    answer: x\n' "${long:0:4000}" >>"$leaf/eval.yaml"
status=0 && "$CAIRN" build -C p --quiet 2>said || status=$?
[ "$status" = 2 ] && grep -qE 'eval.yaml:[0-9]+:[0-9]+.* tokens, but the base model reads' said || fail "$(cat said)"
cp kept "$leaf/eval.yaml"
sed -i "0,/answer: \"/s//answer: \"$long/" "$leaf/qna.yaml"
status=0 && "$CAIRN" build -C p --quiet 2>said || status=$?
[ "$status" = 2 ] && grep -qE 'qna.yaml:[0-9]+:[0-9]+.* tokens, but the base model reads' said || fail "$(cat said)"
status=0 && "$CAIRN" build -C p --quiet --device emulator 2>said || status=$?
[ "$status" = 2 ] && grep -q 'p/cairn.yaml: .*spec.training.lora.numerics: f32' said || fail "$(cat said)"
make_project q
rm -r q/taxonomy/compositional_skills
sed -i 's/data: all/data: skills/' q/cairn.yaml
for flag in --quiet --plan; do
  status=0 && "$CAIRN" build -C q $flag 2>said || status=$?
  [ "$status" = 2 ] && grep -q 'q/cairn.yaml:[0-9]*:[0-9]*: the phase "skills" trains on skills' said || fail "$flag: $(cat said)"
done
[ ! -e q/build ] || fail "something was made of q"
[ ! -e p/build ] || fail "something was made"
