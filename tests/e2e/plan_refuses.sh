#!/bin/bash
# What a build refuses at once its plan refuses, too, at the line of cairn.yaml: a signing key that is missing, public or
# readable by others, a teacher's key that is not set or would cross the network in the clear.
set -euo pipefail
source "$(dirname "$0")/../small_project.sh"
make_project p
refused() {
  local code=$1 pattern=$2 flag status
  for flag in --quiet --plan; do
    status=0 && "$CAIRN" build -C p $flag >/dev/null 2>said || status=$?
    [ "$status" = "$code" ] && grep -qE "$pattern" said || fail "$flag: exit $status: $(cat said)"
  done
}
cp p/cairn.yaml whole
chmod 644 p/cairn.key
refused 1 'p/cairn.yaml:15:[0-9]+: .*cairn.key: other users can read this private key'
chmod 600 p/cairn.key
sed -i 's/cairn.key/cairn.pub/' p/cairn.yaml
refused 2 'p/cairn.yaml:15:[0-9]+: .*cairn.pub: this is a public key; name the private one'
sed -i 's/cairn.pub/none.key/' p/cairn.yaml
refused 2 'p/cairn.yaml:15:[0-9]+: there is no signing key .*none.key; make one with'
sed 's|teacher: .*|teacher: {endpoint: "http://127.0.0.1:1/v1", model: m, apiKeyEnv: NOT_SET}|' whole >p/cairn.yaml
refused 2 'p/cairn.yaml:7:[0-9]+: .*the environment variable that it names is not set'
sed -i 's|127.0.0.1:1|teacher.example|' p/cairn.yaml
NOT_SET=x refused 2 'p/cairn.yaml:7:[0-9]+: .*the key would cross the network unencrypted'
