#!/bin/bash
# Where output cannot be written: a full standard error changes no result, a full standard output is an error.
set -euo pipefail
source "$(dirname "$0")/../small_project.sh"
[ -e /dev/full ] || { echo "skipped: no /dev/full" && exit 0; }
code() { local status=0 && "$@" || status=$?; echo "$status"; }
[ "$(code "$CAIRN" verify nowhere 2>/dev/full)" = 2 ]
[ "$("$CAIRN" system info --json 2>/dev/null >/dev/full && echo 0 || echo $?)" = 1 ]
make_project p
first=$(build_digest p)
make_project q
cp p/cairn.key q/cairn.key
[ "$("$CAIRN" build -C q --json 2>/dev/full | jq -r .release.digest)" = "$first" ]
