#!/bin/bash
# One flipped bit in any file of a release is found, and the file or its step is named: by the signature, by the
# provenance alone, and where training decides the bytes, by replay.
set -euo pipefail
source "$(dirname "$0")/../small_project.sh"
make_project p
build_digest p >/dev/null
release=p/build/small
# Flips the lowest bit of the byte in the middle of FILE.
flip() {
  local at=$(($(stat -c %s "$1") / 2)) byte
  byte=$(od -An -tu1 -j "$at" -N1 "$1")
  printf "\\x$(printf %x $((byte ^ 1)))" | dd of="$1" bs=1 seek="$at" conv=notrunc status=none
}
# A copy of the release with FILE damaged; the command must end with 1 and say FILE (for replay: or its step).
expect_found() {
  local file=$1 says=$2
  shift 2
  rm -rf bad && cp -r "$release" bad && flip "bad/$file"
  status=0
  "$@" >said 2>&1 || status=$?
  [ "$status" = 1 ] || fail "$*: a flipped bit in $file: exit $status: $(cat said)"
  grep -qE "$says" said || fail "$*: $file is not named: $(cat said)"
}
"$CAIRN" verify "$release" --key p/cairn.pub --quiet
"$CAIRN" replay "$release" --segments 99 --base p/base --quiet 2>/dev/null
"$CAIRN" replay "$release" --step 1 --base p/base --json 2>/dev/null | jq -e '.weights_compared' >/dev/null ||
  fail "with an adapter the weights are not compared"
files=$(cd "$release" && find . -type f | sed 's|^\./||' | sort)
[ "$(wc -l <<<"$files")" -gt 20 ] || fail "too few files in $release"
for file in $files; do
  expect_found "$file" "$file|signature" "$CAIRN" verify bad --key p/cairn.pub
  case $file in
    model.sig) continue ;;
    cairn.pub) ;;
    *) grep -qF "$file" said || fail "verify does not name $file" ;;
  esac
done
for file in $(grep -E '^(model.safetensors|adapter/adapter_model|transcript/)' <<<"$files"); do
  phase=$(cut -d/ -f2 <<<"$file")
  expect_found "$file" "$file|$phase|step [0-9]+" "$CAIRN" replay bad --segments 99 --base p/base --quiet
done
for file in $(grep -vxE 'model.sig|cairn.pub|cost.json|provenance.json' <<<"$files"); do
  mv "$release/model.sig" sig
  expect_found "$file" "$file" "$CAIRN" verify bad --allow-unsigned
  mv sig "$release/model.sig"
done
echo "$(wc -l <<<"$files") files, each found"
