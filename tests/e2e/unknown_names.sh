#!/bin/bash
# An unknown command or flag is exit code 2 and names the nearest known one, as JSON, too.
set -eu
: "${CAIRN:?the path of the program}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
refused() { # words, expected text
  local status=0
  # shellcheck disable=SC2086
  "$CAIRN" $1 >out 2>message || status=$?
  [ "$status" = 2 ] && [ ! -s out ] && grep -qF -- "$2" message
}
refused 'biuld' 'did you mean "build"?'
refused 'taxonomy chek' 'did you mean "check"?'
refused 'taxonomy check --bas x' 'did you mean "--base"?'
refused 'keygen --frobnicate' 'unknown flag "--frobnicate"'
refused 'help biuld' 'did you mean "build"?'
refused '-C p build' 'unknown flag "-C" of "cairn"; it belongs behind the command: cairn build -C p'
refused '-q taxonomy check' 'it belongs behind the command: cairn taxonomy check -q'
refused 'taxonomy check -C p' 'unknown flag "-C" of "cairn taxonomy check"'
refused 'verify' 'release is required'
refused '' 'First steps'
# An unsigned value below zero would be read as the largest one.
refused 'chat -q x --seed -1' '-1 is negative'
refused 'replay x --step -1' '-1 is negative'
"$CAIRN" keygen --jsno --json 2>/dev/null | jq -e '.error.code == "bad_input"' >/dev/null
# A command that needs another one lists them; a project is no release.
status=0 && "$CAIRN" taxonomy 2>said || status=$?
[ "$status" = 2 ] && grep -q 'check, new' said || { echo "no list of commands: $(cat said)" && exit 1; }
"$CAIRN" init project --quiet
for command in verify replay; do
  status=0 && "$CAIRN" $command project 2>said || status=$?
  [ "$status" != 0 ] && grep -q 'this is a project' said || { echo "$command takes a project: $(cat said)" && exit 1; }
done
