#!/bin/bash
# A new leaf's template is refused only because of its TODOs, is not written twice, and lands in the taxonomy wherever one
# stands and however its path is written.
set -eu
: "${CAIRN:?the path of the program}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$CAIRN" init p --quiet
cd p
"$CAIRN" taxonomy new knowledge harbour/tides --json | jq -e '.files | length == 3' >/dev/null
status=0 && "$CAIRN" taxonomy check harbour/tides taxonomy/knowledge/harbour/tides >out || status=$?
[ "$status" = 2 ]
grep -q 'still says TODO' out
status=0 && "$CAIRN" taxonomy new knowledge harbour/tides 2>/dev/null || status=$?
[ "$status" = 2 ]
status=0 && "$CAIRN" taxonomy new knowlege harbour/tides 2>/dev/null || status=$?
[ "$status" = 2 ]
made() { # folder to stand in, path as given, leaf that it makes
  (cd "$1" && "$CAIRN" taxonomy new knowledge "$2" -q)
  [ -e "taxonomy/knowledge/$3/qna.yaml" ] || { echo "no $3" && exit 1; }
}
made . taxonomy/knowledge/a a
made . knowledge/b b
made . ./taxonomy/c c
made taxonomy/knowledge d d
made taxonomy/knowledge knowledge/e e
made taxonomy/knowledge taxonomy/knowledge/f f
made taxonomy/knowledge/example ./g example/g
[ "$(find . -name knowledge)" = ./taxonomy/knowledge ] && [ "$(find . -name taxonomy)" = ./taxonomy ]
for path in knowledge/knowledge/x knowledge x/knowledge/y compositional_skills/x ''; do
  status=0 && "$CAIRN" taxonomy new knowledge "$path" 2>message || status=$?
  [ "$status" = 2 ] && grep -q '; ' message
done
# A paragraph that the template left open is an error, wherever it stands.
printf '# Tides\n\nHigh water is at six.\n\nTODO: more\n' >taxonomy/knowledge/a/document.md
"$CAIRN" taxonomy check a taxonomy/knowledge/a >out || true
grep -q '^taxonomy/knowledge/a/document.md:5:1: error: the document still says TODO' out
