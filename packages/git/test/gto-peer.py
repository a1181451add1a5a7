"""Speaks for the real gto: one JSON request a line on stdin, one JSON answer a line on stdout.

{"do": "register" | "assign" | "unassign" | "deregister" | "deprecate", ...} calls gto.api and answers {"error": null | text};
{"state": [names]} answers what `gto show`, `gto history` and the API's `which` say.
"""

import json
import sys

import gto.api
from gto.registry import GitRegistry

repo = sys.argv[1]
acts = {
    "register": gto.api.register,
    "assign": gto.api.assign,
    "unassign": gto.api.unassign,
    "deregister": gto.api.deregister,
    "deprecate": gto.api.deprecate,
}


def state(names):
    shown = gto.api.show(repo, deprecated=True)
    events = gto.api.history(repo, ascending=True)
    answer = {}
    with GitRegistry.from_url(repo) as registry:
        artifacts = registry.get_artifacts()
        for name in names:
            if name not in artifacts:
                answer[name] = None
                continue
            artifact = artifacts[name]
            stages = {stage: version for stage, version in shown[name]["stage"].items() if version is not None}
            which = {}
            for stage in ("production", "staging"):
                found = gto.api.find_versions_in_stage(repo, name, stage)
                if found:
                    which[stage] = found[0].version
            answer[name] = {
                "latest": shown[name]["version"],
                "active": shown[name]["active"],
                "show": stages,
                "which": which,
                "versions": [[v.version, v.commit_hexsha] for v in artifact.get_versions()],
                "history": [
                    [e["event"], e["version"], e["stage"], e["commit"], e["author"], e["message"], e["ref"], int(e["timestamp"].timestamp())]
                    for e in events
                    if e["artifact"] == name
                ],
            }
    return answer


for line in sys.stdin:
    request = json.loads(line)
    if "state" in request:
        print(json.dumps(state(request["state"])), flush=True)
        continue
    act = acts[request.pop("do")]
    try:
        act(repo=repo, **request)
        print(json.dumps({"error": None}), flush=True)
    except Exception as error:  # gto refuses by exceptions of many classes
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)
