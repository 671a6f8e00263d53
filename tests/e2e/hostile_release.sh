#!/bin/bash
# A release made to deceive: verify and replay end with 1 and name the file; they neither wait nor read outside.
set -euo pipefail
source "$(dirname "$0")/../small_project.sh"
make_project p
build_digest p >/dev/null
release=p/build/small
echo "a private text" >private
# COMMAND... ends in time with exit code 1 and says PATTERN, never the private file's digest.
refuses() {
  local pattern=$1 status=0
  shift
  timeout 60 "$@" >said 2>&1 || status=$?
  [ "$status" = 1 ] || fail "$*: exit $status: $(cat said)"
  grep -qE "$pattern" said || fail "$*: no $pattern in: $(cat said)"
  ! grep -qF "$(sha256sum <private | cut -c1-64)" said || fail "$*: the private file was read"
}
fresh() { rm -rf bad && cp -r "$release" bad; }
both() {
  refuses "$1" "$CAIRN" verify bad --allow-unsigned
  refuses "$1" "$CAIRN" replay bad --base p/base --quiet
}
phase=$(basename "$(find "$release/transcript" -mindepth 1 -maxdepth 1 | sort | head -1)")
for file in eval.json model.sig "transcript/$phase/samples.jsonl"; do
  fresh && rm "bad/$file" && mkfifo "bad/$file" && both "$file"
  fresh && ln -sf "$PWD/private" "bad/$file" && both "$file"
done
# A program that uses the model would take these.
for file in chat_template.jinja modeling.py adapter/README.md; do
  fresh && echo x >"bad/$file" && refuses "$file" "$CAIRN" replay bad --base p/base --quiet
done
fresh && jq '. + {auto_map: {AutoModel: "x.Y"}}' "$release/config.json" >bad/config.json
refuses config.json "$CAIRN" replay bad --base p/base --quiet
fresh && jq '.chat_template |= "{{ \"Buy more!\" }}" + .' "$release/tokenizer_config.json" >bad/tokenizer_config.json
refuses tokenizer_config.json "$CAIRN" replay bad --base p/base --quiet
fresh && jq '. + {use_rslora: true}' "$release/adapter/adapter_config.json" >bad/adapter/adapter_config.json
refuses adapter_config.json "$CAIRN" replay bad --base p/base --quiet
fresh && jq '.predicate.buildDefinition.externalParameters.project = []' "$release/provenance.json" >bad/provenance.json
refuses provenance "$CAIRN" verify bad --allow-unsigned
fresh && rm "bad/transcript/$phase/samples.jsonl"
refuses samples.jsonl "$CAIRN" replay bad --base p/base --quiet
fresh && rm -r "bad/transcript/$phase"
jq --arg at "transcript/$phase/" 'del(.subject[] | select(.name | startswith($at)))' "$release/provenance.json" >bad/provenance.json
refuses 'transcript: .*phases' "$CAIRN" verify bad --allow-unsigned
# The folder of the base is the checker's choice.
status=0 && (cd p && "$CAIRN" replay build/small --quiet) 2>said || status=$?
[ "$status" = 2 ] && grep -q -- --base said || fail "replay took a base by itself: $(cat said)"
# Terminal codes in names are shown as such.
fresh && printf x >"$(printf 'bad/a\033[2K\nok      signature: fine')"
refuses 'a.+\[2K.+ok' "$CAIRN" verify bad --allow-unsigned
! grep -q "^ok      signature: fine" said || fail "a file name forged a line"
