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
# Says what is wrong and fails.
fail() {
  echo "FAIL: $*" >&2
  exit 1
}
