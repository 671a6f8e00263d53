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
for file in chat_template.jinja modeling.py adapter/README.md "transcript/$phase/adapter_config.json"; do
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
# What is missing is damage of the release, not a mistake of whoever checks it.
fresh && rm bad/model.safetensors && both model.safetensors
fresh && rm -r bad/transcript/*/states && refuses 'states/' "$CAIRN" replay bad --base p/base --quiet
for gone in adapter model.safetensors; do
  fresh && rm -r "bad/$gone"
  jq --arg at "$gone" 'del(.subject[] | select(.name | startswith($at)))' "$release/provenance.json" >bad/provenance.json
  refuses "model: .*$gone" "$CAIRN" verify bad --allow-unsigned
done
# FILE, a safetensors file, with one thing changed: add NAME, drop NAME, widen (bf16 to f32), note (metadata), same.
retensor() {
  python3 - "$@" <<'EOF'
import json, struct, sys
path, change, *names = sys.argv[1:]
data = open(path, "rb").read()
size = struct.unpack("<Q", data[:8])[0]
header, body = json.loads(data[8 : 8 + size]), data[8 + size :]
metadata = header.pop("__metadata__")
tensors = [(n, t["dtype"], t["shape"], body[slice(*t["data_offsets"])]) for n, t in header.items()]
if change == "add":
    _, dtype, shape, values = tensors[0]
    tensors.append((names[0], dtype, shape, bytes(len(values))))
elif change == "drop":
    tensors = [t for t in tensors if t[0] != names[0]]
elif change == "widen":
    widen = lambda b: b"".join(b"\0\0" + b[i : i + 2] for i in range(0, len(b), 2))
    tensors = [(n, "F32", s, widen(b)) for n, _, s, b in tensors]
elif change == "note":
    metadata["note"] = "x"
header, out = {"__metadata__": metadata}, b""
for name, dtype, shape, values in tensors:
    header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(out), len(out) + len(values)]}
    out += values
text = json.dumps(header, separators=(",", ":")).encode()
text += b" " * (-len(text) % 8)
open(path, "wb").write(struct.pack("<Q", len(text)) + text + out)
EOF
}
# A program may read a tensor that the training did not make, or compute otherwise with another type.
adapter=adapter/adapter_model.safetensors
for file in model.safetensors $adapter; do
  fresh && retensor "bad/$file" same
  cmp "$release/$file" "bad/$file" || fail "$file is not written as this test thinks"
  retensor "bad/$file" note && refuses "$file.*__metadata__" "$CAIRN" replay bad --base p/base --quiet
done
fresh && retensor bad/$adapter add base_model.model.lm_head.lora_A.weight
refuses "$adapter.*lm_head.lora_A" "$CAIRN" replay bad --base p/base --quiet
fresh && retensor bad/model.safetensors widen
refuses 'model.safetensors.*F32, not BF16' "$CAIRN" replay bad --base p/base --quiet
fresh && retensor bad/model.safetensors add model.layers.0.self_attn.q_proj.bias
refuses 'model.safetensors.*q_proj.bias' "$CAIRN" replay bad --base p/base --quiet
# The root binds one text of the header, and says how many lines there are.
at=transcript/$phase
fresh && jq . "$release/$at/header.json" >"bad/$at/header.json"
both 'header.json: the header is not in canonical form'
fresh && jq '.steps += 1' "$release/$at/root.json" >"bad/$at/root.json" && both 'root.json: "steps"'
# A transcript that ends early fits its own root.
fresh && head -n -1 "$release/$at/steps.jsonl" >"bad/$at/steps.jsonl" && write_root "bad/$at"
refuses 'header.json: "steps" of "training"' "$CAIRN" verify bad --allow-unsigned
refuses "$at: the samples do not make" "$CAIRN" replay bad --base p/base --quiet
# Records that contradict themselves.
other='[{name: "base model", digest: {sha256: ("0" * 64)}}]'
fresh && jq ".predicate.buildDefinition.resolvedDependencies |= $other + ." "$release/provenance.json" >bad/provenance.json
refuses 'provenance.json: it names two base models' "$CAIRN" verify bad --allow-unsigned
fresh && jq '.gates[0].pass = false' "$release/eval.json" >bad/eval.json
refuses 'eval.json: "passed" is not what its gates say' "$CAIRN" verify bad --allow-unsigned
# The signer's statement with further files left out (none: as it was), signed again with the signer's key.
resign() {
  python3 - bad/model.sig p/cairn.key "$@" <<'EOF'
import base64, hashlib, json, subprocess, sys
path, key, *left_out = sys.argv[1:]
bundle = json.load(open(path))
envelope = bundle["dsseEnvelope"]
statement = json.loads(base64.b64decode(envelope["payload"]))
predicate = statement["predicate"]
predicate["serialization"]["ignore_paths"] += left_out
predicate["resources"] = [r for r in predicate["resources"] if r["name"] not in left_out]
root = hashlib.sha256(b"".join(bytes.fromhex(r["digest"]) for r in predicate["resources"])).hexdigest()
statement["subject"][0]["digest"]["sha256"] = root
payload, kind = json.dumps(statement).encode(), envelope["payloadType"].encode()
signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
openssl = ["openssl", "dgst", "-sha256", "-sign", key]
signature = subprocess.run(openssl, input=signed, stdout=subprocess.PIPE, check=True).stdout
envelope["payload"] = base64.b64encode(payload).decode()
envelope["signatures"][0]["sig"] = base64.b64encode(signature).decode()
json.dump(bundle, open(path, "w"))
EOF
}
if command -v openssl >/dev/null; then
  fresh && resign
  "$CAIRN" verify bad --key p/cairn.pub --quiet >said || fail "the same statement signed again: $(cat said)"
  fresh && resign README.md cost.json
  refuses 'signature: bad/README.md: the signature leaves this file out' "$CAIRN" verify bad --key p/cairn.pub
fi
# A file that would take hours to read does not keep the others' faults back.
fresh && truncate -s 512G bad/extra && refuses 'extra is not signed' "$CAIRN" verify bad --key p/cairn.pub
fresh && truncate -s 512G bad/README.md && rm bad/model.sig
status=0 && timeout -s KILL 5 "$CAIRN" verify bad --allow-unsigned >said 2>&1 || status=$?
[ "$status" = 137 ] && grep -q '^ok *signature: none' said || fail "nothing is said while a file is read: $status $(cat said)"
# The folder of the base is the checker's choice.
status=0 && (cd p && "$CAIRN" replay build/small --quiet) 2>said || status=$?
[ "$status" = 2 ] && grep -q -- --base said || fail "replay took a base by itself: $(cat said)"
# Terminal codes in names are shown as such.
fresh && printf x >"$(printf 'bad/a\033[2K\nok      signature: fine')"
refuses 'a.+\[2K.+ok' "$CAIRN" verify bad --allow-unsigned
! grep -q "^ok      signature: fine" said || fail "a file name forged a line"
# Where the head is the embedding, other programs would take a tensor of the head's name for it.
make_project tied
retensor tied/base/model.safetensors drop lm_head.weight
jq '.tie_word_embeddings = true' p/base/config.json >tied/base/config.json
build_digest tied >/dev/null
release=tied/build/small
"$CAIRN" replay "$release" --base tied/base --quiet 2>said || fail "the tied release: $(cat said)"
fresh && retensor bad/model.safetensors add lm_head.weight
refuses 'model.safetensors.*lm_head.weight should not be there' "$CAIRN" replay bad --base tied/base --quiet
