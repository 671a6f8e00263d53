# Sourced by tests/e2e: $work, a folder that goes away, and the functions below.
: "${CAIRN:?the path of the program}"
tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# The small project at DIR, with a random model as its base and a key.
make_project() {
  cp -r "$tests/data/small-project" "$1"
  "$(dirname "$CAIRN")/make_tiny_model" "$1/base"
  "$CAIRN" keygen --out "$1/cairn.key" --quiet
}
# Builds the project at DIR with further options and prints the release's digest.
build_digest() {
  local dir=$1
  shift
  "$CAIRN" build -C "$dir" --quiet --json "$@" | jq -er .release.digest
}
# Writes DIR/root.json of a transcript anew, as its header and lines are now (docs/transcript.md).
write_root() {
  python3 - "$1" <<'EOF'
import hashlib, json, sys
at = sys.argv[1]
sha = lambda data: hashlib.sha256(data).digest()
def root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha(b"\1" + root(leaves[:half]) + root(leaves[half:]))
lines = [open(at + "/header.json", "rb").read()[:-1]] + open(at + "/steps.jsonl", "rb").read().splitlines()
merkle = root([sha(b"\0" + line) for line in lines]).hex()
json.dump({"steps": len(lines) - 1, "merkle_root": merkle}, open(at + "/root.json", "w"))
EOF
}
# Says what is wrong and fails.
fail() {
  echo "FAIL: $*" >&2
  exit 1
}
