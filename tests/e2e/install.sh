#!/bin/bash
# What is installed works without the source tree: the program finds its model and recipes.
set -euo pipefail
: "${CAIRN:?the path of the program}"
unset CAIRN_HOME
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ -e "$(dirname "$CAIRN")/cmake_install.cmake" ] || { echo "skipped: $CAIRN lies in no build folder" && exit 0; }
cmake --install "$(dirname "$CAIRN")" --prefix "$work/usr" >"$work/log"
cd "$work"
[ "$(usr/bin/cairn system info --json | jq -r .home)" = "$work/usr/share/cairn" ]
usr/bin/cairn system info --json | jq -e .seed.present
[ -e usr/share/cairn/recipes/seed/recipe.yaml ]
[ -z "$(find usr -name '*.cc' -o -name '*.h')" ]
# A program that was copied alone says what is missing.
mkdir alone && cp "$CAIRN" alone/
status=0 && alone/cairn chat -q x >/dev/null 2>said || status=$?
[ "$status" = 2 ] && grep -q 'built-in model is not here.*make install.*CAIRN_HOME' said
usr/bin/cairn chat -q "What is the colour of the moon?" --json | jq -e '.answer | type == "string"'
