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
# A leaf that comes as a git submodule is changed, too: what lies in it stands in no commit of this repository.
rm -r taxonomy/compositional_skills/text/initials
export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@example.com GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.com
mkdir ../other && cp -r "$bridge"/. ../other && sed -i 's/^version: 3/version: 99/' ../other/qna.yaml
git -C ../other init -q && git -C ../other add . && git -C ../other commit -qm other
git -c protocol.file.allow=always submodule -q add "$work/other" taxonomy/knowledge/other
check_other() {
  status=0 && "$CAIRN" taxonomy check --base HEAD~"$1" --json >out 2>/dev/null || status=$?
  [ "$status" = 2 ]
  jq -e '.leaves == ["knowledge/other"]' out >/dev/null
}
check_other 0
git commit -qm submodule
check_other 0
check_other 1
# So is one that is a repository of its own and was not added.
git rm -qf --cached taxonomy/knowledge/other .gitmodules
check_other 1
