#!/bin/bash
# Records that fit each other and not the training: a forger adapts every digest and root that can be computed without
# training. Verify finds what contradicts itself, replay what was not trained so.
set -euo pipefail
source "$(dirname "$0")/../small_project.sh"
make_project p
build_digest p >/dev/null
release=p/build/small
cp -r p other && rm -rf other/.cairn other/build
sed -i 's/^    batchTokens: 256/&\n    optimizer: {learningRate: 0.0005}/' other/cairn.yaml
build_digest other >/dev/null
refuses() {
  local pattern=$1 status=0
  shift
  "$@" >said 2>&1 || status=$?
  [ "$status" = 1 ] && grep -qE "$pattern" said || fail "$*: exit $status, no $pattern in: $(cat said)"
}
fresh() { rm -rf bad && cp -r "$release" bad && rm bad/model.sig; }
replays() { timeout 60 "$CAIRN" replay bad --base p/base --quiet --segments 99; }
verifies() { timeout 60 "$CAIRN" verify bad --allow-unsigned; }
last=$(basename "$(find "$release/transcript" -mindepth 1 -maxdepth 1 | sort | tail -1)")
at=transcript/$last
# The root of bad's last transcript, and the digest of every file in its provenance, as they are now.
adapt() {
  write_root "bad/$at"
  python3 - bad <<'PYTHON'
import hashlib, json, os, sys
bad = sys.argv[1]
path = bad + "/provenance.json"
statement = json.load(open(path))
for subject in statement["subject"]:
    if os.path.exists(bad + "/" + subject["name"]):
        subject["digest"]["sha256"] = hashlib.sha256(open(bad + "/" + subject["name"], "rb").read()).hexdigest()
json.dump(statement, open(path, "w"))
PYTHON
}
compact() { jq -cS "$1" "$2" >json && mv json "$2"; }  # of an object's file
in_last_line() { { head -n -1 "$1" && tail -1 "$1" | jq -cS "$2"; } >lines && mv lines "$1"; }
fresh && adapt && verifies >said || fail "what this test writes is refused: $(cat said)"
replays 2>said || fail "what this test writes does not replay: $(cat said)"

# The weights of another training.
weights="adapter/adapter_model.safetensors adapter/adapter_config.json model.safetensors"
fresh && for file in $weights; do cp "other/build/small/$file" "bad/$file"; done
cp other/build/small/$at/states/* "bad/$at/states/" && adapt
cmp -s "bad/model.safetensors" "$release/model.safetensors" && fail "the other training gives the same weights"
refuses 'states/.*this state is not the one in the transcript' verifies
refuses 'states/.*this state is not the one in the transcript' replays
state=$(tail -1 "other/build/small/$at/steps.jsonl" | jq -r .state)
in_last_line "bad/$at/steps.jsonl" ".state = \"$state\"" && adapt
for old in "bad/$at"/states/*; do  # all but the last, as they were trained
  [ "$old" = "$(find "bad/$at/states" -type f | sort | tail -1)" ] || cp "$release/${old#bad/}" "$old"
done
adapt && verifies >said || fail "the forged end contradicts itself: $(cat said)"
refuses 'step [0-9]+: the state digest differs' replays
# A header that tells of other settings, and one of other base weights.
fresh && compact '.training.seed += 1' "bad/$at/header.json" && adapt
refuses 'are not those of the transcript' replays
zeros=$(printf '0%.0s' {1..64})
fresh && compact ".predicate.buildDefinition.resolvedDependencies |=
  map(if .name == \"base model\" then .digest.sha256 = \"$zeros\" else . end)" bad/provenance.json
refuses 'the base model is not the one that provenance.json names' verifies
fresh && compact '.predicate.buildDefinition.resolvedDependencies += [{name: "base model", digest: {sha512: "00"}}]' bad/provenance.json
refuses 'a base model without a sha256 digest' verifies
fresh && in_last_line "bad/$at/steps.jsonl" 'del(.state)' && adapt
refuses 'the last step has no state digest' verifies
fresh && compact '.passed = false | .gates[0].pass = false' bad/eval.json && adapt
refuses 'the gates did not pass' verifies
fresh && echo x >bad/more.py
refuses 'more.py.*not named by provenance' verifies
# A signature is that of the key that was asked for.
"$CAIRN" keygen --out other.key --quiet
refuses 'another key' "$CAIRN" verify "$release" --key other.pub
# Which slices are replayed is the checker's chance.
drawn() { "$CAIRN" replay "$release" --base p/base --quiet --json "$@" 2>/dev/null; }
for seed in 1 2 3 4 5 6; do drawn --seed "$seed" | jq -c '[.segments[] | [.phase, .first_step]]'; done | sort -u >segments
[ "$(wc -l <segments)" -gt 1 ] || fail "every seed draws $(cat segments)"
[ "$(drawn | jq .seed)" != "$(drawn | jq .seed)" ] || fail "two replays draw alike"
# A step chooses the segment that holds it, and is counted through all phases.
drawn --segments 99 | jq -c '.segments[] | .steps_before + (.first_step, .last_step)' >borders
[ "$(wc -l <borders)" -gt 10 ] || fail "too few segments: $(cat borders)"
while read -r step; do
  drawn --step "$step" >segment
  jq -e --argjson n "$step" '.segments | length == 1
    and (.[0] | .first_step + .steps_before <= $n and $n <= .last_step + .steps_before)' segment >/dev/null ||
    fail "step $step: $(cat segment)"
done <borders
