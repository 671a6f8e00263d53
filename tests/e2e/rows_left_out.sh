#!/bin/bash
# Kept rows that a phase does not train on are named with their reason: those that eval.yaml asks for, those longer than
# the base model reads. Signs and capitals of a skill's question count.
set -euo pipefail
source "$(dirname "$0")/../small_project.sh"
make_project p
taxonomy=p/taxonomy
# One sentence of 150 words, as a table of tides may be, and a question that a row of the document asks word for word.
printf 'The tides of the week are %s.\n' "$(seq -s ' ' -f '%02g:15' 1 150)" >>$taxonomy/knowledge/mill/mill.md
printf '  - {question: "Complete this sentence: Greta Moll owns the", answer: old mill at Sandford}\n' >>$taxonomy/knowledge/mill/eval.yaml
sums=$taxonomy/compositional_skills/sums
mkdir -p $sums
{
  printf 'version: 3\ncreated_by: tests\ntask_description: Do a sum.\nseed_examples:\n'
  for n in 2 3 4 5 6; do printf '  - {question: "What is %s + 1?", answer: "%s"}\n' $n $((n + 1)); done
} >$sums/qna.yaml
printf 'questions:\n  - {question: "What is 3 - 1?", answer: "2"}\n' >$sums/eval.yaml

"$CAIRN" build -C p --json >out 2>said || fail "$(cat said)"
for phase in 1-knowledge 2-skills; do
  transcript=p/build/small/transcript/$phase
  jq -es 'map(.reason) | any(test("^[0-9]+ tokens; the base model reads 512$")) and any(. == "an eval.yaml asks this")' \
    $transcript/left_out.jsonl >/dev/null || fail "$phase: $(cat $transcript/left_out.jsonl)"
  grep -q "^[0-9]* rows were left out of $phase; why: $transcript/left_out.jsonl" <(sed 's|p/./|p/|g' said) || fail "$(cat said)"
done
# No left-out row is among the samples; the sum with the other sign is.
jq -r .id $transcript/left_out.jsonl >ids
! grep -qFf ids $transcript/samples.jsonl || fail "a row is both"
grep -q 'What is 3 + 1?' $transcript/samples.jsonl || fail "the sum is missing"
"$CAIRN" verify p/build/small --key p/cairn.pub --quiet >/dev/null
