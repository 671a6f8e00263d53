#!/bin/bash
# A mistake in qna.yaml is named with file, line, column and remedy; exit code 2. A good leaf is good from every folder.
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
# In the leaf's own folder the leaf is as good as it is from above.
sed -i 's/anwser: the Senna/answer: the Senna/' "$qna"
for path in '' . qna.yaml ../hollin_bridge; do
  (cd "$(dirname "$qna")" && "$CAIRN" taxonomy check $path) >out
  grep -q '^1 leaf checked in ../../../../taxonomy: 0 errors, 0 warnings' out
done
# What YAML takes for a comment is not cut off in silence.
sed -i 's/question: Who drew the plan of Hollin Bridge?/question: Who drew plan #7 of the bridge?/' "$qna"
line=$(grep -n '#7' "$qna" | cut -d: -f1)
"$CAIRN" taxonomy check >out
grep -q "^$qna:$line:33: warning: .*question ends before this \" #\".*; put the text in quotes" out
# A slip is named where it is, not where nothing fits any more.
sed -i 's/question: Who drew plan.*/question: "Who drew the plan?/' "$qna"
status=0 && "$CAIRN" taxonomy check >out || status=$?
[ "$status" = 2 ]
grep -q "^$qna:$line:19: error: this quoted text ends only in line [0-9]*, .*; add the closing quote" out
