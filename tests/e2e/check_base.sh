#!/bin/bash
# check --base looks only at what differs from a git revision.
set -eu
: "${CAIRN:?the path of the program}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$CAIRN" init p --quiet
cd p
git init -q . && git add . && git -c user.name=t -c user.email=t@example.com commit -qm first
"$CAIRN" taxonomy check --base HEAD --json | jq -e '.leaves == []' >/dev/null
# What a new leaf asks may be what a leaf that did not change is measured with.
bridge=taxonomy/knowledge/example/hollin_bridge
asked=$(grep -m1 -oE 'question: .*' "$bridge/eval.yaml" | sed -E 's/^question: //; s/, answer.*//')
mkdir -p taxonomy/knowledge/other && cp "$bridge"/qna.yaml "$bridge"/*.md taxonomy/knowledge/other/
QUESTION=$asked perl -pi -e 's/(question: ).*/$1$ENV{QUESTION}/ && $done++ unless $done' taxonomy/knowledge/other/qna.yaml
status=0 && "$CAIRN" taxonomy check --base HEAD --json >out 2>/dev/null || status=$?
[ "$status" = 2 ]
jq -e '.leaves == ["knowledge/other"] and .errors == 1
  and (.problems[] | select(.severity == "error").message | test("is also a seed question"))' out >/dev/null
rm -r taxonomy/knowledge/other
"$CAIRN" taxonomy new skill text/initials --quiet
status=0 && "$CAIRN" taxonomy check --base HEAD --json >out 2>/dev/null || status=$?
[ "$status" = 2 ]
jq -e '.leaves == ["compositional_skills/text/initials"]' out >/dev/null
