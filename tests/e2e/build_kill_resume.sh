#!/bin/bash
# SIGKILL at 20 random moments of a build: the run after it ends in the same release.
set -euo pipefail
source "$(dirname "$0")/../small_project.sh"
export CAIRN_CHECKPOINT_SECONDS=0
seed=${SEED:-$RANDOM}
RANDOM=$seed
make_project p
start=$(date +%s%N)
expected=$(build_digest p)
microseconds=$((($(date +%s%N) - start) / 1000))
rm -rf p/.cairn p/build
killed=0
finished=0
while [ "$killed" -lt 20 ]; do
  "$CAIRN" build -C p --quiet >/dev/null 2>&1 &
  pid=$!
  # Up to half of the build's time: what is done stays done, so the moments spread over all of it.
  pause=$((microseconds * RANDOM / 65536))
  sleep "$(printf '%d.%06d' $((pause / 1000000)) $((pause % 1000000)))"
  kill -KILL "$pid" 2>/dev/null || true
  status=0
  wait "$pid" 2>/dev/null || status=$?
  [ "$status" = 137 ] || [ "$status" = 0 ] || fail "seed $seed: after $killed kills the build ended with $status"
  if [ "$status" = 137 ]; then
    killed=$((killed + 1))
  else
    finished=$((finished + 1))
    [ "$("$CAIRN" verify p/build/small --json 2>/dev/null | jq -r .digest)" = "$expected" ] ||
      fail "seed $seed: another release after $killed kills"
    rm -rf p/.cairn p/build
  fi
done
[ "$(build_digest p)" = "$expected" ] || fail "seed $seed: another release after $killed kills"
"$CAIRN" verify p/build/small --key p/cairn.pub --quiet
echo "killed $killed times, seed $seed; $((finished + 1)) builds came to their end: $expected"
