#!/bin/bash
# keygen never overwrites a key, public or private.
set -eu
: "${CAIRN:?the path of the program}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$CAIRN" keygen --json | jq -e '.private_key == "cairn.key" and .public_key == "cairn.pub"' >/dev/null
[ "$(stat -c %a cairn.key)" = 600 ]
sha256sum cairn.key cairn.pub >before
status=0 && "$CAIRN" keygen 2>message || status=$?
[ "$status" = 2 ]
grep -q cairn.key message
rm cairn.key
status=0 && "$CAIRN" keygen 2>/dev/null || status=$?
[ "$status" = 2 ] && [ ! -e cairn.key ]
grep cairn.pub before | sha256sum -c --quiet
