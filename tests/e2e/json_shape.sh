#!/bin/bash
# build --json: one JSON object on stdout, with leaves, gates, release and cost; the rest goes to stderr.
set -euo pipefail
source "$(dirname "$0")/../small_project.sh"
make_project p
"$CAIRN" build -C p --json >out 2>said
jq -es 'length == 1 and (.[0] | type) == "object"' out >/dev/null || fail "not one object"
jq -e '(.leaves | length) == 2 and all(.leaves[];
    (.path | type) == "string" and .funnel.kept > 0 and .funnel.made >= .funnel.kept
    and (.before | has("accuracy") and has("low") and has("high")) and (.after | has("accuracy") and has("f1")))' out >/dev/null || fail "leaves"
jq -e '.passed and (.gates | length) == 2 and all(.gates[]; .pass and (.require | type) == "string")' out >/dev/null || fail "gates"
jq -e '.regression.n == 5' out >/dev/null || fail "regression"
jq -e '(.release.digest | test("^[0-9a-f]{64}$")) and .release.path == "p/build/small"' out >/dev/null || fail "release"
jq -e '.cost.seconds > 0 and .cost.peak_memory_bytes > 0 and (.cost.tokens_by_phase | length) == 2' out >/dev/null || fail "cost"
[ -s said ] || fail "nothing on stderr"
# The digest can be computed without cairn, by the command that docs/files.md shows; what no signature covers is left out.
command=$(sed -n '/^## The release digest/,/^## Model/{/^```sh/,/^```/{/^```/!p}}' "$tests/../docs/files.md")
grep -q sha256sum <<<"$command" || fail "docs/files.md shows no command"
computed() { (cd p/build/small && bash -c "$command" | cut -c1-64); }
verified() { "$CAIRN" verify p/build/small --json 2>/dev/null | jq -r .digest; }
[ "$(computed)" = "$(jq -r .release.digest out)" ] || fail "the shell computes another digest"
mkdir p/build/small/.git p/build/small/.github
for file in .git/config .github/x .gitignore .gitattributes; do echo x >"p/build/small/$file"; done
[ "$(computed)" = "$(jq -r .release.digest out)" ] || fail "the shell counts what no signature covers"
[ "$(verified)" = "$(computed)" ] || fail "verify computes another digest"
for file in .gitother adapter/.gitignore; do
  echo x >"p/build/small/$file"
  [ "$(verified)" = null ] && [ "$(computed)" != "$(jq -r .release.digest out)" ] || fail "$file is left out"
  rm "p/build/small/$file"
done
