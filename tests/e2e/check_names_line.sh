#!/bin/bash
# A mistake in qna.yaml is named with file, line, column and remedy; exit code 2.
set -eu
: "${CAIRN:?the path of the program}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$CAIRN" init p --quiet
cd p
qna=taxonomy/knowledge/example/hollin_bridge/qna.yaml
sed -i '0,/answer: the Senna/s//anwser: the Senna/' "$qna"
line=$(grep -n anwser "$qna" | cut -d: -f1)
status=0 && "$CAIRN" taxonomy check >out || status=$?
[ "$status" = 2 ]
grep -q "^$qna:$line:9: error: .*anwser.*; did you mean \"answer\"?" out
tail -1 out | grep -q '^1 leaf checked in taxonomy: [1-9]'
# A folder without a leaf is no success.
mkdir ../empty
status=0 && "$CAIRN" taxonomy check --root ../empty >out || status=$?
[ "$status" = 2 ]
grep -q '^../empty: error: the taxonomy has no leaf; ' out
