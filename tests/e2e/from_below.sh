#!/bin/bash
# In a folder below the project chat and eval find it; the commands that write say where it is. A project with a base of its
# own and no release asks that base.
set -euo pipefail
source "$(dirname "$0")/../small_project.sh"
make_project p
cd p/taxonomy/knowledge
"$CAIRN" chat -q hello --max-tokens 2 --json 2>said >out
jq -e '.model == "../../base"' out >/dev/null && grep -q 'no release yet; asking ../../base$' said || fail "$(cat out said)"
for command in build train 'data generate'; do
  # shellcheck disable=SC2086
  status=0 && "$CAIRN" $command >out 2>said || status=$?
  [ "$status" = 2 ] && grep -q 'no project file here, but there is one above; use -C ../..$' said || fail "$command: $(cat said)"
done
"$CAIRN" build -C ../.. --quiet >/dev/null
"$CAIRN" eval --json 2>/dev/null | jq -e '.model | endswith("../../build/small")' >/dev/null || fail "eval"
"$CAIRN" chat -q hello --max-tokens 2 --json 2>said | jq -e '.model == "../../build/small"' >/dev/null || fail "chat"
grep -q '^cairn: asking ../../build/small$' said || fail "$(cat said)"
cd "$work" && mkdir elsewhere && cd elsewhere
"$CAIRN" taxonomy new knowledge tides 2>said
grep -q '^note: there is no project here or above' said || fail "$(cat said)"
