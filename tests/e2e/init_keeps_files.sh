#!/bin/bash
# init in a folder with files overwrites nothing and takes the given name.
set -eu
: "${CAIRN:?the path of the program}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir -p old/taxonomy
printf '.cairn/\nnotes.txt' >old/.gitignore
"$CAIRN" keygen --out old/cairn.key --quiet
cp old/cairn.key before
"$CAIRN" init old --name harbour.v2 --quiet
cmp before old/cairn.key
[ "$(tr '\n' ' ' <old/.gitignore)" = '.cairn/ notes.txt /build cairn.key ' ]
[ -z "$(ls old/taxonomy)" ]
grep -q 'name: "harbour.v2"' old/cairn.yaml
status=0 && "$CAIRN" init new --name 'No Good' 2>/dev/null || status=$?
[ "$status" = 2 ] && [ ! -e new/cairn.yaml ]
