#!/bin/bash
# Ctrl-C while training: exit code 130, the message says how to go on, and going on ends in the same release. A reader of
# the messages who goes away stops nothing; a replay stops, too.
set -euo pipefail
source "$(dirname "$0")/../small_project.sh"
# Ctrl-C to the job behind us as soon as it says PATTERN; its exit code is in $status.
interrupt_at() {
  for _ in $(seq 600); do
    grep -q "$1" said && break
    sleep 0.02
  done
  kill -INT $!
  status=0
  wait $! || status=$?
}
make_project p
sed -i 's/data: knowledge, epochs: 1/data: knowledge, epochs: 60/' p/cairn.yaml
expected=$(build_digest p)
rm -rf p/.cairn p/build
"$CAIRN" build -C p 2>said &
interrupt_at 'training 1-knowledge  *[0-9]*% '
[ "$status" = 130 ] || fail "exit $status: $(cat said)"
grep -q 'stopped after step [1-9][0-9]* of [0-9]*; the same command goes on from there' said || fail "$(cat said)"
[ ! -e p/build/small ] || fail "a stopped build left a release"
"$CAIRN" build -C p --quiet --explain --json 2>explained >again
grep -q 'continues a run that was stopped' explained || fail "it began again"
[ "$(jq -r .release.digest again)" = "$expected" ] || fail "another release"
rm -rf p/.cairn p/build
"$CAIRN" build -C p 2>&1 >again | head -n 1 >said
[ -e p/build/small/model.sig ] || fail "a closed pipe ended the build"
"$CAIRN" replay p/build/small --base p/base --segments 1000 2>said &
interrupt_at 'replaying steps'
[ "$status" = 130 ] || fail "replay: exit $status: $(cat said)"
# What only reads ends at once, at the first signal, wherever it is.
truncate -s 40G p/build/small/model.safetensors
for signal in INT TERM; do
  "$CAIRN" verify p/build/small --allow-unsigned --quiet >said 2>&1 &
  sleep 0.5
  kill -$signal $!
  status=0 && timeout 5 tail --pid=$! -f /dev/null || fail "verify goes on after SIG$signal"
  wait $! || status=$?
  [ "$status" = 130 ] || fail "verify: exit $status: $(cat said)"
done
# A build that reads a base model this large stops, too.
truncate -s 40G p/base/model.safetensors
"$CAIRN" build -C p --quiet >said 2>&1 &
sleep 0.5
kill -INT $!
timeout 5 tail --pid=$! -f /dev/null || fail "a build goes on reading"
status=0 && wait $! || status=$?
[ "$status" = 130 ] || fail "build: exit $status: $(cat said)"
