#!/bin/bash
# A limit on the size of files (ulimit -f) is an error with a message, not the end by a signal.
set -eu
: "${CAIRN:?the path of the program}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
said=$( (ulimit -f 0 && "$CAIRN" init p; echo "exit $?") 2>&1 | cat)
grep -q '^cairn: p/cairn.key.*: File too large' <<<"$said" || { echo "$said" && exit 1; }
[ "$(tail -1 <<<"$said")" = 'exit 1' ]
[ ! -e p/cairn.yaml ]
