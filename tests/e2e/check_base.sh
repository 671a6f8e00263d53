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
"$CAIRN" taxonomy new skill text/initials --quiet
status=0 && "$CAIRN" taxonomy check --base HEAD --json >out 2>/dev/null || status=$?
[ "$status" = 2 ]
jq -e '.leaves == ["compositional_skills/text/initials"]' out >/dev/null
