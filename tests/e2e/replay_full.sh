#!/bin/bash
# Where all weights are trained, every phase of a release replays from the weights that the phase before ended with, and
# a changed weight is found, whichever segments are drawn.
set -euo pipefail
source "$(dirname "$0")/../small_project.sh"
make_project p
sed -i 's/^  training:/  training:\n    method: full/' p/cairn.yaml
grep -q 'method: full' p/cairn.yaml || fail "the small project has no method"
build_digest p >/dev/null
release=p/build/small
phases=$(ls "$release/transcript" | wc -l)
[ "$phases" -ge 2 ] || fail "one phase only"
"$CAIRN" replay "$release" --segments 99 --base p/base --json 2>/dev/null >replayed
[ "$(jq '[.segments[].phase] | unique | length' replayed)" = "$phases" ] || fail "not every phase: $(cat replayed)"
# Only the training's end says what the released weights must be: it is always replayed, but for a chosen step.
steps=$(cat "$release"/transcript/*/steps.jsonl | wc -l)
compared() { "$CAIRN" replay "$release" --base p/base --json "$@" 2>said | jq .weights_compared; }
[ "$(compared)" = true ] || fail "$(cat said)"
[ "$(compared --step "$steps")" = true ] && ! grep -q 'not compared' said || fail "$(cat said)"
[ "$(compared --step 1)" = false ] && grep -q 'weights were not compared' said || fail "$(cat said)"
# Another model in the place of a phase's end, smaller than what the training had.
rm -rf bad && cp -r "$release" bad
between=$(cd bad && dirname "$(find transcript -name model.safetensors | head -1)")
jq '.num_hidden_layers = 1' "bad/$between/config.json" >config && mv config "bad/$between/config.json"
status=0
"$CAIRN" replay bad/ --step "$(wc -l <"bad/$(dirname "$between")/steps.jsonl")" --base p/base --quiet 2>said || status=$?
[ "$status" = 1 ] && grep -q "$between" said || fail "a smaller model in $between: exit $status: $(cat said)"
# Another vocabulary where a phase begins: its tables must not be indexed with the base's tokens.
cp "$release/$between/config.json" "bad/$between/"
jq '.vocab_size = 8' "bad/$between/config.json" >config && mv config "bad/$between/config.json"
python3 - "bad/$between/model.safetensors" <<'EOF'
import json, struct, sys
path = sys.argv[1]
data = open(path, "rb").read()
size = struct.unpack("<Q", data[:8])[0]
header, body, out = json.loads(data[8 : 8 + size]), data[8 + size :], b""
for name, t in header.items():
    if name == "__metadata__":
        continue
    begin, end = t["data_offsets"]
    kept = body[begin:end]
    if "embed_tokens" in name or "lm_head" in name:
        kept = kept[: len(kept) // t["shape"][0] * 8]
        t["shape"][0] = 8
    t["data_offsets"] = [len(out), len(out) + len(kept)]
    out += kept
text = json.dumps(header).encode()
open(path, "wb").write(struct.pack("<Q", len(text)) + text + out)
EOF
status=0
"$CAIRN" replay bad --step "$steps" --base p/base --quiet 2>said || status=$?
[ "$status" = 1 ] && grep -q "$between.*sizes are not those of its base" said || fail "8 tokens: exit $status: $(cat said)"
cp "$release/$between/model.safetensors" "bad/$between/"
mkdir bad/adapter && echo '{}' >bad/adapter/adapter_config.json && cp "$release/$between/config.json" "bad/$between/"
status=0
"$CAIRN" replay bad --base p/base --quiet 2>said || status=$?
[ "$status" = 1 ] && grep -q adapter_config.json said || fail "an adapter that no training made: exit $status: $(cat said)"
for seed in 1 2 3; do
  rm -rf bad && cp -r "$release" bad
  near_end=$(($(stat -c %s bad/model.safetensors) - 6))
  printf '\x55' | dd of=bad/model.safetensors bs=1 seek="$near_end" conv=notrunc status=none
  status=0
  "$CAIRN" replay bad --base p/base --quiet --seed "$seed" 2>said || status=$?
  [ "$status" = 1 ] && grep -q model.safetensors said || fail "one segment, seed $seed: exit $status: $(cat said)"
done
for file in model.safetensors $(cd "$release" && find transcript -name model.safetensors); do
  rm -rf bad && cp -r "$release" bad
  printf '\x55' | dd of="bad/$file" bs=1 seek=$(($(stat -c %s "bad/$file") - 1001)) conv=notrunc status=none
  status=0
  "$CAIRN" replay bad --segments 99 --base p/base --quiet 2>said || status=$?
  [ "$status" = 1 ] || fail "a changed byte in $file: exit $status: $(cat said)"
done
