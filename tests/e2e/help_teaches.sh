#!/bin/bash
# Every command has a help text with an example; `cairn help COMMAND` is the same text.
set -eu
: "${CAIRN:?the path of the program}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$CAIRN" --help >help
for command in init 'taxonomy check' 'taxonomy new' build 'data generate' train eval chat verify replay keygen 'system info' 'system schema'; do
  # shellcheck disable=SC2086
  "$CAIRN" $command --help >out
  grep -q '^Example' out || { echo "no example in: cairn $command --help" && exit 1; }
  grep -q "^  ${command%% *} " help
done
"$CAIRN" help | cmp - help
"$CAIRN" help taxonomy new >out
"$CAIRN" taxonomy new --help | cmp - out
if grep -E '\([^)]*$' help; then exit 1; fi # a line of the list ends with its sentence
awk 'length > 120 { exit 1 }' help
