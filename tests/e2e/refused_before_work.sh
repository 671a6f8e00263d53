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
# A base whose rows are no whole blocks, base data that are no conversations, a document with an endless line, and a
# folder in the place of the release.
refused() {
  local pattern=$1 status=0
  "$CAIRN" build -C r --quiet 2>said || status=$?
  [ "$status" = 2 ] && grep -qE "$pattern" said || fail "no $pattern in: exit $status: $(cat said)"
  [ ! -e r/.cairn ] || [ -z "$(ls -A r/.cairn/actions)" ] || fail "steps ran before: $(cat said)"
  rm -rf r && cp -r whole r
}
make_project whole && cp -r whole r
sed -i 's/alpha: 8/alpha: 8, quantize: q8_0/' r/cairn.yaml
jq '.intermediate_size = 40' whole/base/config.json >r/base/config.json
refused 'r/cairn.yaml:[0-9]+:[0-9]+: Q8_0 needs rows .* mlp.down_proj has 40'
echo '{"messages": [{"role": "tool", "content": "x"}]}' >>r/base/replay.jsonl
refused "replay.jsonl:$(($(wc -l <whole/base/replay.jsonl) + 1)): role \"tool\""
mill=taxonomy/knowledge/mill
{ cat whole/$mill/mill.md && printf 'word %.0s' {1..20000}; } >r/$mill/mill.md
refused "$mill/mill.md:[0-9]+:1: a line is longer than 64 KiB"
mkdir -p r/build/small && echo mine >r/build/small/thesis.txt
(cd r && "$CAIRN" taxonomy check -q) || fail "the project itself is wrong"
refused 'r/build/small: the release belongs here'
mkdir -p r/build && ln -s /nowhere r/build/small
refused 'r/build/small: this is a symbolic link'
[ ! -e p/build ] || fail "something was made"
