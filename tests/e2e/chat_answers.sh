#!/bin/bash
# chat answers one question on stdout and as JSON, the same both times, and lines from a pipe.
set -eu
: "${CAIRN:?the path of the program}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$CAIRN" system info --json >info
if [ "$(jq .seed.present info)" != true ]; then
  echo "skipped: no built-in model here" && exit 0
fi
question="The tower is nine metres high. How high is the tower?"
"$CAIRN" chat --model seed -q "$question" --max-tokens 20 >text
"$CAIRN" chat --model seed -q "$question" --max-tokens 20 --json >json
jq -e '(.tokens | type) == "number" and .seconds > 0 and (.answer | length) > 0' json >/dev/null
[ "$(cat text)" = "$(jq -r .answer json)" ]
[ "$(printf '%s\n/new\n%s\n' "$question" "$question" | "$CAIRN" chat --model seed --quiet --max-tokens 20 2>/dev/null | uniq | wc -l)" = 1 ]
[ -n "$("$CAIRN" chat --model seed -q "$question" --max-tokens 20 --beams 4)" ]
status=0 && "$CAIRN" chat --model seed -q "$question" --beams 4 --temperature 1 >/dev/null 2>message || status=$?
[ "$status" = 2 ] && grep -q "temperature 0" message
status=0 && "$CAIRN" chat --json </dev/null >/dev/null 2>&1 || status=$?
[ "$status" = 2 ]
