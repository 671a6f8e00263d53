#!/bin/bash
# A preloaded library that flushes subnormals would change results: no command runs beside it.
set -euo pipefail
: "${CAIRN:?the path of the program}"
[ "$(uname -m)" = x86_64 ] || { echo "skipped: the library of this test sets a register of x86-64" && exit 0; }
status=0
said=$(LD_PRELOAD="$(dirname "$CAIRN")/libflush_subnormals.so" "$CAIRN" system info 2>&1 >/dev/null) || status=$?
[ "$status" != 0 ]
grep -q 'flushes subnormal numbers.*LD_PRELOAD' <<<"$said"
"$CAIRN" system info >/dev/null 2>&1
