#!/bin/bash
# What a gate asks for and nothing can measure is refused before the first step; what is merely missing is a note; eval
# says nothing of gates.
set -euo pipefail
source "$(dirname "$0")/../small_project.sh"
make_project p
rm p/taxonomy/knowledge/mill/eval.yaml p/base/replay.jsonl
"$CAIRN" build -C p --plan >/dev/null 2>said
grep -q '^note: no replay.jsonl in p/base: trained without base data' said || fail "$(cat said)"
grep -q '^note: not measured: knowledge/mill (no eval.yaml)' said || fail "$(cat said)"
"$CAIRN" build -C p --json >out 2>said
grep -q '^note: not measured: knowledge/mill' said || fail "$(cat said)"
jq -e '.not_measured == ["knowledge/mill"]' p/build/small/eval.json >/dev/null || fail "eval.json does not say it"
jq -e '.passed' out >/dev/null || fail "the other leaf was not judged"
"$CAIRN" eval -C p --json 2>said | jq -e '(has("passed") or has("gates")) | not' >/dev/null || fail "eval judged"
grep -q "^base model's own held-out set: . of 5 right" said || fail "$(cat said)"
refused() {
  local pattern=$1 status flag
  rm -rf p/.cairn
  for flag in --quiet --plan; do
    status=0 && "$CAIRN" build -C p $flag >/dev/null 2>said || status=$?
    [ "$status" = 2 ] && grep -qE "$pattern" said || fail "$flag: exit $status: $(cat said)"
  done
  [ ! -e p/.cairn ] || [ -z "$(ls -A p/.cairn/actions)" ] || fail "steps ran before"
}
rm p/taxonomy/compositional_skills/greeting/eval.yaml
refused 'p/cairn.yaml:14:29: the gate leaf-questions .* no leaf has an eval.yaml'
"$CAIRN" eval -C p --quiet >/dev/null 2>said
grep -q 'no leaf has an eval.yaml' said || fail "$(cat said)"
mv p/base/heldout.jsonl kept
refused 'p/cairn.yaml:14:54: the gate base-regression needs heldout.jsonl in p/base; .* delete this line'
