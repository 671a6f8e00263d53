#!/bin/bash
# check --json prints one object with line numbers; in GitHub Actions also workflow commands, escaped.
set -eu
: "${CAIRN:?the path of the program}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$CAIRN" init p --quiet
cd p
sed -i 's/^version: 3/version: 99/' taxonomy/knowledge/example/hollin_bridge/qna.yaml
status=0 && "$CAIRN" taxonomy check --json >out 2>err || status=$?
[ "$status" = 2 ]
jq -se 'length == 1 and .[0].errors >= 1 and (.[0].problems[0] | .line == 1 and .column >= 1 and .severity == "error")' out >/dev/null
grep -q 'qna.yaml:1:[0-9]*: error:' err
GITHUB_ACTIONS=true "$CAIRN" taxonomy check >out || true
grep -q '^::error file=taxonomy/knowledge/example/hollin_bridge/qna.yaml,line=1,col=[0-9]*::' out
# A document that a build would refuse is named with its line, too.
sed -i 's/^version: 99/version: 3/' taxonomy/knowledge/example/hollin_bridge/qna.yaml
document=$(ls taxonomy/knowledge/example/hollin_bridge/*.md)
printf 'word %.0s' {1..20000} >>"$document"
status=0 && "$CAIRN" taxonomy check --json >out 2>/dev/null || status=$?
[ "$status" = 2 ]
jq -e --arg file "$document" --argjson lines "$(($(wc -l <"$document") + 1))" \
  '.problems[] | select(.severity == "error") | .file == $file and .line == $lines and (.message | test("64 KiB"))' out >/dev/null
# A name is no workflow command: "::" begins a line, "##[" stands anywhere.
sed 's/^version: 3/version: 99/' taxonomy/knowledge/example/hollin_bridge/qna.yaml >bad
for folder in '::stop-commands::x' 'knowledge/##[stop-commands]y'; do
  mkdir -p "taxonomy/$folder" && cp bad "taxonomy/$folder/qna.yaml"
done
(cd taxonomy && GITHUB_ACTIONS=true "$CAIRN" taxonomy check --root . >../out 2>&1) || true
grep -q 'stop-commands::x' out && grep -q 'stop-commands.y' out
if grep -vE '^::(error|warning) file=' out | grep -q '^[[:space:]]*::' || grep -qF '##[' out; then exit 1; fi
