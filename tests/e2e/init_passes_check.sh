#!/bin/bash
# A new project passes its own check, keeps its private key private, and is not made twice; what cannot be its folder is
# named.
set -eu
: "${CAIRN:?the path of the program}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$CAIRN" init harbour --json | jq -e '.name == "harbour" and (.files | index("cairn.yaml"))' >/dev/null
cd harbour
"$CAIRN" taxonomy check --json | jq -e '.errors == 0 and .warnings == 0 and (.leaves | length) == 1' >/dev/null
[ "$(stat -c %a cairn.key)" = 600 ]
grep -qx cairn.key .gitignore
status=0 && "$CAIRN" init . 2>message || status=$?
[ "$status" = 2 ]
grep -q 'a project here already' message
cd ..
"$CAIRN" init "it's new" 2>message
grep -qF "Next: cd 'it'\''s new'; " message
eval "$(sed -n 's/^Next: \(cd [^;]*\);.*/\1/p' message)" && [ -e cairn.yaml ] && cd ..
for name in '' harbour/cairn.yaml harbour/cairn.yaml/p; do
  status=0 && "$CAIRN" init "$name" 2>message || status=$?
  [ "$status" = 2 ]
  grep -qE 'name is empty|^cairn: harbour/cairn.yaml: this is a file; ' message
done
