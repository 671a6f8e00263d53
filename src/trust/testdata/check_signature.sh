#!/bin/bash
# check_signature.sh RELEASE PUBLIC_KEY: an independent check of RELEASE/model.sig (P-256 or P-384) with openssl, jq and
# coreutils; prints the release digest. Exit 0 if all is right.
set -euo pipefail
release=$1 key=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bundle=$release/model.sig
jq -r .dsseEnvelope.payload "$bundle" | base64 -d > "$work/payload"
jq -r '.dsseEnvelope.signatures[0].sig' "$bundle" | base64 -d > "$work/sig"
{ printf 'DSSEv1 28 application/vnd.in-toto+json %d ' "$(stat -c%s "$work/payload")"; cat "$work/payload"; } > "$work/pae"
hash=-sha256
openssl pkey -pubin -in "$key" -noout -text | grep -q P-384 && hash=-sha384
openssl dgst $hash -verify "$key" -signature "$work/sig" "$work/pae" >&2
openssl pkey -pubin -in "$key" -pubout | sha256sum | cut -c1-64 > "$work/hint"
jq -e --arg hint "$(cat "$work/hint")" '.verificationMaterial.publicKey.hint == $hint' "$bundle" >&2
jq -r '.predicate.resources[] | .digest + "  " + .name' "$work/payload" > "$work/sums"
(cd "$release" && sha256sum --quiet --strict -c "$work/sums")
digests=$(jq -r '.predicate.resources[].digest' "$work/payload" | tr -d '\n')
root=$(echo -n "$digests" | sed 's/../\\x&/g' | xargs -0 printf | sha256sum | cut -c1-64)
jq -e --arg root "$root" '.subject[0].digest.sha256 == $root' "$work/payload" >&2
cd "$release"
find . -type f | sed 's|^\./||' |
  grep -vxE 'cost\.json|cairn\.pub|(model\.sig|\.git(attributes|hub|ignore)?)(/.*)?' |
  LC_ALL=C sort | while IFS= read -r f; do echo "$(sha256sum < "$f" | cut -c1-64) $f"; done | sha256sum | cut -c1-64
