#!/bin/bash
# A new leaf's template is refused only because of its TODOs, and is not written twice.
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
