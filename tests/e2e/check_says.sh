#!/bin/bash
# What verify and replay say of keys and bases: whether a key was given and a signature is there, whoever made it; the
# fingerprint of a key; both digests of a base that is the wrong one. A reader who goes away is no full disk.
set -euo pipefail
source "$(dirname "$0")/../small_project.sh"
make_project p
build_digest p >/dev/null
release=p/build/small
fingerprint=$(sha256sum <p/cairn.pub | cut -c1-64)
"$CAIRN" verify $release --json | jq -e ".signed and (.key_given | not) and .fingerprint == \"$fingerprint\"" >/dev/null
"$CAIRN" verify $release | grep -q "key with fingerprint $fingerprint" || fail "no fingerprint"
[ "$("$CAIRN" keygen --out other.key --json 2>/dev/null | jq -r .fingerprint)" = "$(sha256sum <other.pub | cut -c1-64)" ]
status=0 && "$CAIRN" verify $release --key other.pub --json >out 2>/dev/null || status=$?
[ "$status" = 1 ] && jq -e '.signed and .key_given and .fingerprint == null' out >/dev/null || fail "$(cat out)"
{ sleep 0.2 && "$CAIRN" verify $release 2>said; } | : || true
[ ! -s said ] || fail "a closed pipe: $(cat said)"
status=0 && "$CAIRN" verify $release >/dev/full 2>said || status=$?
[ "$status" = 1 ] && grep -q 'is the disk full' said || fail "a full disk: exit $status: $(cat said)"
right=$("$CAIRN" system info --model p/base)
"$(dirname "$CAIRN")/make_tiny_model" wrong && echo >>wrong/config.json
status=0 && "$CAIRN" replay $release --base wrong 2>said || status=$?
[ "$status" = 1 ] && grep -q "has the digest $("$CAIRN" system info --model wrong), .* made from $right;" said || fail "$(cat said)"
# docs/check-a-release.md says how the digest of a model's folder is computed.
command=$(sed -n '/^## The digest of a base/,/^## /{/^```sh/,/^```/{/^```/!p}}' "$tests/../docs/check-a-release.md")
grep -q sha256sum <<<"$command" || fail "docs/check-a-release.md shows no command"
[ "$(cd p/base && bash -c "$command" | cut -c1-64)" = "$right" ] || fail "the shell computes another digest"
