#!/bin/bash
# Broken project files: exit code 2 and a message with file, line and column.
set -euo pipefail
source "$(dirname "$0")/../small_project.sh"
make_project p
cp p/cairn.yaml whole
count=0
# refuse LINE EXPRESSION WORD: the file changed by sed EXPRESSION is refused at LINE, and the message has WORD.
refuse() {
  sed "$2" whole >p/cairn.yaml
  cmp -s whole p/cairn.yaml && fail "$2 changes nothing"
  status=0
  "$CAIRN" build -C p >/dev/null 2>said || status=$?
  [ "$status" = 2 ] || fail "$2: exit $status: $(cat said)"
  grep -qE "cairn.yaml:$1:[0-9]+: .*$3" said || fail "$2: $(cat said)"
  count=$((count + 1))
}
refuse 2 's|v1alpha1|v9|' apiVersion
refuse 3 's|ModelBuild|ModelBiuld|' kind
refuse 4 's|name: small|name: "Small One"|' metadata.name
refuse 6 's|model: base}|modle: base}|' 'did you mean "model"'
refuse 8 's|samplesPerSeed: 1|samplesPerSeed: many|' samplesPerSeed
refuse 8 's|pipeline: simple|pipeline: smiple|' simple
refuse 10 's|rank: 4|rank: -4|' rank
refuse 11 's|name: skills|name: knowledge|' 'earlier phase'
refuse 12 's|batchTokens: 256|batchTokens: 1|' batchTokens
refuse 14 's|leaf-questions: ">= 0"|leaf-questions: "at least 0"|' leaf-questions
refuse '[0-9]+' 's|gates: {|gates: [|' .
refuse 1 '1,$d' 'the project file is empty; make a project with cairn init'
refuse 2 '/^metadata:/d' 'metadata is missing; add "metadata: {name: NAME}"'
# A wrong path is named where it is written.
refuse 6 's|base: {model: base}|base: {model: nope}|' 'spec.base.model is "nope", but there is no model'
refuse 7 's|teacher: {model: base}|teacher: {model: nope}|' 'spec.teacher.model is "nope"'
refuse 6 's|^spec:|spec:\n  taxonomy: {path: taxonmy}|' 'spec.taxonomy.path leads to no folder'
(cd p && status=0 && "$CAIRN" taxonomy check 2>../said || status=$? && [ "$status" = 2 ]) || fail "$(cat said)"
grep -q '^cairn: cairn.yaml:6:20: spec.taxonomy.path leads to no folder' said || fail "$(cat said)"
[ ! -e p/build ] || fail "a broken project was built"
echo "$count broken files, each refused"
