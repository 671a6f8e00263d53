#!/bin/bash
# A gate that does not hold: exit code 1, the leaf and the figures are named, and there is no release; chat says so, too.
set -euo pipefail
source "$(dirname "$0")/../small_project.sh"
make_project p
mkdir -p home/models && ln -s "$PWD/p/base" home/models/seed
# Asks the project and prints what the answer's JSON says of the last build.
ask() { (cd p && CAIRN_HOME=../home "$CAIRN" chat -q hello --max-tokens 4 --json "$@" 2>../said | jq -c .last_build_passed); }
[ "$(ask)" = null ] && grep -q 'has no release yet; asking ./base$' said || fail "$(cat said)"
sed -i 's/leaf-questions: ">= 0"/leaf-questions: ">= 100 %"/' p/cairn.yaml
status=0
"$CAIRN" build -C p --json >out 2>said || status=$?
[ "$status" = 1 ] || fail "exit $status"
jq -e '.passed == false and .release == null and any(.gates[]; .pass == false)' out >/dev/null
grep -q '^gate FAILED .*compositional_skills/greeting.*required 100' said || fail "$(cat said)"
grep -q 'no release was made' said
[ ! -e p/build/small ] || fail "a release was made"
[ "$(ask)" = false ] && grep -q 'a gate of the last build failed.*; asking ./base$' said || fail "$(cat said)"
[ "$(ask --quiet)" = false ] && [ ! -s said ] || fail "$(cat said)"
# A weaker gate judges the same answers: nothing is trained again.
sed -i 's/leaf-questions: ">= 100 %"/leaf-questions: ">= 0"/' p/cairn.yaml
"$CAIRN" build -C p --quiet --json | jq -e '.passed and all(.steps[]; .state == "unchanged" or .id == "measure" or .id == "release")' >/dev/null
[ "$(ask)" = true ] && [ ! -s said ] || fail "$(cat said)"
# The release that was made stays, and the next failure says so.
sed -i 's/leaf-questions: ">= 0"/leaf-questions: ">= 100 %"/' p/cairn.yaml
"$CAIRN" build -C p --quiet 2>said && fail "the gate passed"
grep -q 'no release was made; p/build/small is still that of an earlier build' said || fail "$(cat said)"
[ "$(ask)" = false ] && [ "$(grep -c 'last build failed.*; asking build/small, the release of an earlier build$' said)" = 1 ] || fail "$(cat said)"
[ "$(ask --model base)" = null ] && [ ! -s said ] || fail "$(cat said)"
