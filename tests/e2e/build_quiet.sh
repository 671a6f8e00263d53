#!/bin/bash
# Results stand on stdout, what is said on the way on stderr. --quiet hides progress, not results: a failed gate, the release and what --explain explains are told.
set -euo pipefail
source "$(dirname "$0")/../small_project.sh"
make_project p
digest=$("$CAIRN" build -C p --quiet --json 2>said | jq -er .release.digest)
[ "$(cat said)" = "$(printf 'release p/build/small\ndigest  %s' "$digest")" ] || fail "$(cat said)"
sed -i 's/leaf-questions: ">= 0"/leaf-questions: ">= 100 %"/' p/cairn.yaml
status=0 && "$CAIRN" build -C p -q --explain >out 2>said || status=$?
[ "$status" = 1 ] || fail "exit $status"
grep -q '^gate FAILED .*compositional_skills/greeting: [0-9.]* % (before .*), required 100' out || fail "$(cat out said)"
grep -q '^gate passed' out && fail "a gate that holds is no news"
grep -A1 '^\[[0-9]*/[0-9]*\] measure$' said | grep -q 'because: ' || fail "nothing is explained: $(cat said)"
grep -q 'unchanged' said && fail "progress: $(cat said)"
"$CAIRN" build -C p --plan >out 2>said
grep -q '^estimate: ' out && [ ! -s said ] || fail "the plan: $(cat said)"
"$CAIRN" data generate -C p >out 2>said
grep -q '^knowledge/mill: [0-9]* rows made' out && grep -q '^written to ' out || fail "rows: $(cat said)"
"$CAIRN" eval -C p >out 2>said
grep -q '^knowledge/mill: 0 of' out && grep -q '^asking ' said || fail "eval: $(cat out said)"
"$CAIRN" replay p/build/small --base p/base --quiet >out 2>said
grep -q 'every bit equal' out && [ ! -s said ] || fail "replay: $(cat said)"
exit 0
