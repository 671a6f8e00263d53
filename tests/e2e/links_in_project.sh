#!/bin/bash
# A stranger's project with links in the place of .cairn, its lock, build or a folder in it: nothing outside is touched.
set -euo pipefail
source "$(dirname "$0")/../small_project.sh"
make_project whole
mkdir -p victim/tmp victim/work/thesis victim/knowledge/mill
for file in tmp/precious work/thesis/chapter1 knowledge/mill/letter lock; do echo mine >victim/$file; done
cp -r victim before
for link in .cairn .cairn/lock .cairn/work build build/data build/data/knowledge build/training build/small; do
  for command in build 'data generate' train; do
    rm -rf p && cp -r whole p
    mkdir -p "$(dirname "p/$link")"
    ln -s "$work/victim$([ $link != .cairn/lock ] || echo /lock)" "p/$link"
    status=0 && "$CAIRN" $command -C p --quiet 2>said || status=$?
    diff -r before victim || fail "$command wrote through $link"
    [ "$status" = 0 ] || grep -q "p/$link.*: this is a symbolic link.*remove the link" said || fail "$command, $link: $(cat said)"
    [[ $status = 2 || $link = build/* ]] || fail "$command took $link"
  done
done
rm -rf p && cp -r whole p
mkdir -p p/build/data/knowledge/mill && echo mine >p/build/data/knowledge/mill/thesis
status=0 && "$CAIRN" data generate -C p --quiet 2>said || status=$?
[ "$status" = 2 ] && grep -q 'build/data/knowledge/mill: training data belongs here' said || fail "$(cat said)"
rm p/build/data/knowledge/mill/thesis
"$CAIRN" data generate -C p --quiet && "$CAIRN" data generate -C p --quiet || fail "its own rows are not replaced"
