#!/bin/bash
# What a release tells of itself is what happened: where everything came from, whose rows were kept, and what it cost.
set -euo pipefail
source "$(dirname "$0")/../small_project.sh"
make_project p
cp -r p/base p/teacher && echo >>p/teacher/heldout.jsonl
sed -i 's/teacher: {model: base}/teacher: {model: teacher}/' p/cairn.yaml
"$CAIRN" build -C p --quiet --json 2>/dev/null >out
release=p/build/small
# Provenance names the inputs by the digests that the lock holds, and they are those of the files.
jq -e --slurpfile lock p/cairn.lock '
  .predicate.buildDefinition.resolvedDependencies | map({(.name): .digest.sha256}) | add
  == ($lock[0] | {"base model": .base.digest, teacher: .teacher.digest} + .taxonomy)' "$release/provenance.json" >/dev/null ||
  fail "provenance and lock differ"
jq -e '.base.digest != .teacher.digest' p/cairn.lock >/dev/null || fail "two models with one digest"
folder_digest() {  # of the files that decide answers, one a line
  (cd "$1" && for f in $(find . -type f ! -name generation_config.json | sed 's|^\./||' | LC_ALL=C sort); do
    echo "$(sha256sum <"$f" | cut -c1-64) $f"
  done | sha256sum | cut -c1-64)
}
[ "$(folder_digest p/base)" = "$(jq -r .base.digest p/cairn.lock)" ] || fail "the base model's digest is of something else"
# Credits count what was kept, and name who wrote it.
jq -r '.leaves[] | "\(.path) \(.funnel.kept)"' out | while read -r path kept; do
  grep -qE "^\| $(sed 's/_/\\\\_/g' <<<"$path") \| tests \| none \| $kept \|$" "$release/CREDITS.md" || fail "$path: $(cat "$release/CREDITS.md")"
done
jq -e 'any(.leaves[]; .funnel.made != .funnel.kept)' out >/dev/null || fail "every row was kept: this shows nothing"
# Cost: bytes, seconds, and the tokens of the transcript.
jq -e '.cost.peak_memory_bytes > 5e6 and .cost.seconds_this_run == .cost.seconds' out >/dev/null || fail "cost: $(jq -c .cost out)"
for phase in "$release"/transcript/*/; do
  jq -s --arg name "$(basename "$phase")" --slurpfile out out '
    {steps: length, tokens: (map(.tokens) | add)} | . + {tokens_per_step: ((.tokens / .steps) | floor)}
    | . == $out[0].cost.tokens_by_phase[$name]' "$phase/steps.jsonl" | grep -qx true || fail "tokens of $phase: $(jq -c .cost out)"
done
"$CAIRN" build -C p --quiet --json 2>/dev/null >again
jq -e --slurpfile out out '.cost.seconds_this_run == 0 and .cost.seconds == $out[0].cost.seconds' again >/dev/null ||
  fail "a build that runs nothing: $(jq -c .cost again)"
# A frozen base of 8-bit blocks trains otherwise, and a replay knows it.
sed -i 's/alpha: 8/alpha: 8, quantize: q8_0/' p/cairn.yaml
"$CAIRN" build -C p --quiet --json 2>/dev/null >quantized
jq -e --slurpfile out out '.release.digest != $out[0].release.digest' quantized >/dev/null || fail "quantize changes nothing"
"$CAIRN" replay "$release" --base p/base --segments 99 --quiet || fail "the quantized release does not replay"
