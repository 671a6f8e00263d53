#!/bin/bash
# The first thing that a newcomer types: what `cairn init` writes builds as it is, passes its gates and answers. A minute or
# two on two cores.
set -euo pipefail
source "$(dirname "$0")/../small_project.sh"
"$CAIRN" init first --quiet
"$CAIRN" build -C first --quiet --json >out 2>said || fail "$(cat said)"
jq -e '.passed and .release.path == "first/build/first" and ([.gates[].pass] | length == 2 and all)' out >/dev/null || fail "$(cat out)"
"$CAIRN" verify first/build/first --key first/cairn.pub --quiet
answer=$(cd first && "$CAIRN" chat -q "Who drew the plan of Hollin Bridge?" --json 2>said | jq -r .answer)
[ "$answer" = "Dora Vance" ] || fail "$answer"
