#!/bin/bash
# Every key that --json prints stands in its command's row of docs/json.md; an error is one object, too.
set -euo pipefail
source "$(dirname "$0")/../small_project.sh"
page=$tests/../docs/json.md
# The row that begins with ROW must have each key that the command prints.
in_row() {
  local row=$1 key
  shift
  "$CAIRN" "$@" --json 2>/dev/null >out
  for key in $(jq -er 'keys[]' out); do
    grep -F "| \`$row\`" "$page" | grep -qF "\`$key\`" || fail "$row: $key is not in docs/json.md"
  done
}
make_project p
in_row 'build --plan' build -C p --plan
"$CAIRN" build -C p --quiet >/dev/null
in_row 'data generate' data generate -C p
in_row 'data generate' train -C p
in_row eval eval -C p
(cd p && in_row 'chat -q' chat -q hello --max-tokens 2)
in_row verify verify p/build/small
in_row replay replay p/build/small --base p/base
in_row 'taxonomy check' taxonomy check --root p/taxonomy
in_row 'taxonomy new' taxonomy new skill a/b --root p/taxonomy
in_row keygen keygen --out z.key
in_row init init fresh
in_row 'system info' system info --model p/base
status=0 && "$CAIRN" build -C nowhere --json >out 2>/dev/null || status=$?
[ "$status" = 2 ] && jq -e '.error | keys == ["code", "message", "where"]' out >/dev/null || fail "exit $status: $(cat out)"
for key in code message where; do grep -q "^{\"error\": .*\"$key\"" "$page" || fail "$key"; done
