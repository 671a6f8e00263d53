#!/bin/bash
# verify: a folder that is no release fails by name and gets no digest; a missing folder is exit code 2.
set -eu
: "${CAIRN:?the path of the program}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir empty && echo '{}' >empty/eval.json
status=0 && "$CAIRN" verify empty --json >out 2>/dev/null || status=$?
[ "$status" = 1 ]
jq -e '.ok == false and .signed == false and .key_given == false and (.checks | map(.name) | index("provenance"))' out >/dev/null
jq -e 'has("digest") and .digest == null' out >/dev/null
jq -r '.checks[] | select(.name == "model") | .reason' out | grep -q 'empty/config.json'
jq -r '.checks[].reason' out | grep -q 'empty/provenance.json'
jq -r '.checks[].reason' out | grep -q 'empty/model.sig'
status=0 && "$CAIRN" verify nowhere 2>/dev/null || status=$?
[ "$status" = 2 ]
