#!/bin/bash
# A leaf may name a git repository elsewhere on this machine only where the project file allows it.
set -euo pipefail
source "$(dirname "$0")/../small_project.sh"
make_project p
leaf=$(dirname "$(find p/taxonomy/knowledge -name qna.yaml | sort | head -1)")
git init -q notes
cp "$leaf"/*.md notes/
git -C notes add . && git -C notes -c user.name=t -c user.email=t@example.org commit -qm notes
sed -i '/^document:/,$d' "$leaf/qna.yaml"
printf 'document:\n  repo: %s\n  commit: %s\n  patterns: ["*.md"]\n' "$PWD/notes" "$(git -C notes rev-parse HEAD)" >>"$leaf/qna.yaml"
refused() {
  local status=0
  "$@" >said 2>&1 || status=$?
  [ "$status" = 2 ] && grep -q 'localRepositories: allow' said || fail "$*: exit $status: $(cat said)"
}
refused "$CAIRN" build -C p --plan
(cd p && refused "$CAIRN" taxonomy check)
sed -i 's/^spec:/spec:\n  taxonomy: {path: taxonomy, localRepositories: allow}/; /^  taxonomy: {path: taxonomy}$/d' p/cairn.yaml
"$CAIRN" build -C p --plan 2>/dev/null || fail "not allowed: $(cat p/cairn.yaml)"
(cd p && "$CAIRN" taxonomy check -q && "$CAIRN" taxonomy check -q --root ./taxonomy)
refused "$CAIRN" taxonomy check --root p/taxonomy
