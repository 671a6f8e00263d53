#!/bin/bash
# A teacher behind an endpoint: a request that it refuses drops its row with that reason; a key in the place of its
# variable's name is refused and not repeated; the variable's name is in no release.
set -euo pipefail
source "$(dirname "$0")/../small_project.sh"
make_project p
cat >server.py <<'EOF'
import http.server, json
class Teacher(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
        refused = "Write one new example" in asked
        body = json.dumps({"choices": [{"message": {"content": "Q: Who?\nA: Ann"}}]}).encode()
        self.send_response(400 if refused else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Teacher)
open("port", "w").write(str(server.server_port))
open("ready", "w")
server.serve_forever()
EOF
python3 server.py &
trap 'kill $!; rm -rf "$work"' EXIT
for _ in {1..100}; do [ -e ready ] && break || sleep 0.1; done
teacher="{endpoint: \"http://127.0.0.1:$(cat port)/v1\", model: m, apiKeyEnv:"
cp p/cairn.yaml whole
for key in sk-zqkey hf_zqkey zqkeyAbCdEfGhIjKl7890; do
  sed "s|teacher: {model: base}|teacher: $teacher $key}|" whole >p/cairn.yaml
  status=0 && "$CAIRN" build -C p >said 2>&1 || status=$?
  [ "$status" = 2 ] && grep -qE 'cairn.yaml:7:[0-9]+: spec.teacher.apiKeyEnv .*such as TEACHER_KEY' said || fail "$(cat said)"
  ! grep -q zqkey said || fail "the key is repeated: $(cat said)"
done
sed "s|teacher: {model: base}|teacher: $teacher THE_KEY}|" whole >p/cairn.yaml
THE_KEY=zqkey "$CAIRN" build -C p >said 2>&1 || fail "$(cat said)"
grep -qE 'dropped +[0-9]+  refused' said || fail "$(cat said)"
jq -e 'any(.[]; any(.funnel.stages[]; .stage == "refused" and .dropped > 0))' p/build/small/data.json >/dev/null
! grep -rqE 'THE_KEY|zqkey' p/build || fail "the release tells of the key"
THE_KEY=zqkey "$CAIRN" data generate -C p --quiet 2>/dev/null
grep -q '"reason":"the teacher refused: HTTP 400"' p/build/data/*/*/rows.jsonl || fail "no reason"
# An endpoint has no search: the number of beams changes none of its steps.
sed -i 's|synthesis: {|synthesis: {beams: 8, |' p/cairn.yaml && grep -q 'beams: 8' p/cairn.yaml
THE_KEY=zqkey "$CAIRN" build -C p --json 2>/dev/null >again
jq -e '[.steps[] | select(.id | startswith("synth:")) | .state] | length > 0 and all(. == "unchanged")' again >/dev/null || fail "$(jq -c .steps again)"
# Another model there is another teacher; another spelling of its address is not.
ran() { jq -c '[.steps[] | select(.id | startswith("synth:")) | .state] | unique' "$1"; }
sed -i 's|/v1"|/v1//"|' p/cairn.yaml
THE_KEY=zqkey "$CAIRN" build -C p --json 2>/dev/null >spelt
[ "$(ran spelt)" = '["unchanged"]' ] || fail "another spelling: $(ran spelt)"
sed -i 's|model: m,|model: m2,|' p/cairn.yaml
THE_KEY=zqkey "$CAIRN" build -C p --json 2>/dev/null >other
[ "$(ran other)" = '["run"]' ] || fail "another model: $(ran other)"
