#!/bin/bash
# What goes into a step decides whether it runs again: each change of an input runs the steps that read it, and no other.
set -euo pipefail
source "$(dirname "$0")/../small_project.sh"
make_project p
cp -r p/base p/teacher
sed -i 's/teacher: {model: base}/teacher: {model: teacher}/' p/cairn.yaml
build_digest p >/dev/null
cp -r p built
mill=p/taxonomy/knowledge/mill
synths="synth:compositional_skills/greeting synth:knowledge/mill"
# After CHANGE these STEPS run; what depends on them is not told before they have run.
reruns() {
  local change=$1 expected ran
  shift
  rm -rf p && cp -r built p
  eval "$change"
  expected=$(printf '%s\n' "$@" | sort)
  ran=$("$CAIRN" build -C p --plan --quiet --json 2>/dev/null | jq -r '.steps[] | select(.state == "run") | .id' | sort)
  [ "$ran" = "$expected" ] || fail "$change: runs $(tr '\n' ' ' <<<"$ran"), not $(tr '\n' ' ' <<<"$expected")"
}
setting() { sed -i "$1" p/cairn.yaml && ! cmp -s p/cairn.yaml built/cairn.yaml || fail "no such setting: $1"; }
reruns :
# Questions that are asked, and kept away from training.
reruns "sed -i 's/1811/in 1811/' $mill/eval.yaml" measure:base train:1-knowledge
reruns "echo >>p/base/heldout.jsonl" measure:base train:1-knowledge
reruns "echo >>p/teacher/heldout.jsonl" $synths
reruns "sed -i 's/mill/Mill/' $mill/mill.md" synth:knowledge/mill
reruns "echo 'By Ann Marl, CC0' >$mill/attribution.txt" release
reruns "git -C p init -q && git -C p add taxonomy && git -C p -c user.name=a -c user.email=a@b commit -qm x" release
reruns "setting 's/samplesPerSeed: 1/samplesPerSeed: 2/'" $synths
reruns "setting 's/samplesPerSeed: 1/samplesPerSeed: 1, seed: 9/'" $synths
reruns "setting 's/pipeline: simple/pipeline: full/'" $synths
reruns "setting 's/name: knowledge, data: knowledge, epochs: 1/name: knowledge, data: knowledge, epochs: 2/'" train:1-knowledge
reruns "setting 's/name: skills, data: all, epochs: 1/name: skills, data: all, epochs: 2/'" train:2-skills
reruns "setting 's/alpha: 8/alpha: 4/'" train:1-knowledge
reruns "setting 's/^    batchTokens: 256/&\n    optimizer: {learningRate: 0.0005}/'" train:1-knowledge
reruns "setting 's/^    batchTokens: 256/&\n    seed: 9/'" train:1-knowledge
reruns "setting 's/base-regression: \">= 0\"/base-regression: \">= 0.1\"/'" measure
