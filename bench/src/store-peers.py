"""The same runs in MLflow and DVC, and how long their lists take: a JSON object of milliseconds on the last line.

Usage: store-peers.py FOLDER RUNS.ndjson   (each line: what Pawl's list shows of one run)
Each list is measured in a process of its own, after the imports, as Pawl's is; DVC is a command and is measured whole,
its start taken off.
"""

import json
import os
import pathlib
import subprocess
import sys
import time

SEARCH = """
import sys, time, mlflow
uri, count = sys.argv[1], int(sys.argv[2])
mlflow.set_tracking_uri(uri)
client = mlflow.MlflowClient()
started = time.perf_counter()
runs = mlflow.search_runs(experiment_names=["bench"], max_results=count, output_format="list")
took = time.perf_counter() - started
assert len(runs) == count, (len(runs), count)
print(took * 1000)
"""


def main() -> None:
    folder, runs_file = pathlib.Path(sys.argv[1]), sys.argv[2]
    with open(runs_file, encoding="utf8") as lines:
        runs = [json.loads(line) for line in lines]
    os.environ.update(
        MLFLOW_DISABLE_TELEMETRY="true", MLFLOW_ALLOW_FILE_STORE="true", DVC_NO_ANALYTICS="1", HOME=str(folder)
    )
    found = {}
    for name, uri in (("sqlite", f"sqlite:///{folder}/mlflow.db"), ("files", f"file://{folder}/mlruns")):
        found[name] = attempt(name, lambda uri=uri: mlflow_list(uri, runs, folder))
    found["dvc"] = attempt("dvc", lambda: dvc_list(folder / "dvc", runs))
    print(json.dumps({name: took for name, took in found.items() if took is not None}))


def attempt(name, work):
    try:
        return work()
    except Exception as error:  # A peer that cannot be met is named, and the others are still measured.
        print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
        return None


def mlflow_list(uri: str, runs: list, folder: pathlib.Path) -> float:
    import mlflow
    from mlflow.entities import Metric, Param, RunTag

    client = mlflow.MlflowClient(uri)
    experiment = client.create_experiment("bench", artifact_location=f"file://{folder}/artifacts")
    for run in runs:
        made = client.create_run(experiment, run_name=run["name"])
        tags = {**run.get("tags", {}), "branch": run["branch"], "commit": run["commit"], "verdict": run["verdict"]}
        client.log_batch(
            made.info.run_id,
            metrics=[Metric(key, value, 0, 0) for key, value in run["metrics"].items()],
            params=[Param(key, str(value)) for key, value in run["params"].items()],
            tags=[RunTag(key, value) for key, value in tags.items()],
        )
    command = [sys.executable, "-c", SEARCH, uri, str(len(runs))]
    took = [float(subprocess.run(command, capture_output=True, check=True, text=True).stdout.split()[-1]) for _ in range(3)]
    return sorted(took)[1]


def dvc_list(folder: pathlib.Path, runs: list) -> float:
    """Experiments as `dvc exp save` leaves them: a commit on the baseline, and a ref under refs/exps."""
    folder.mkdir()
    dvc = str(pathlib.Path(sys.executable).parent / "dvc")
    author = {f"GIT_{who}_{what}": "bench@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {**os.environ, **author, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}

    def call(*command: str, text: str | None = None) -> str:
        done = subprocess.run(command, cwd=folder, env=environment, input=text, capture_output=True, text=True, check=True)
        return done.stdout

    call("git", "init", "--quiet", "--initial-branch=main")
    call(dvc, "init", "--quiet")
    (folder / "dvc.yaml").write_text("params:\n  - params.json\nmetrics:\n  - metrics.json\n")
    (folder / "params.json").write_text(json.dumps(runs[0]["params"]))
    (folder / "metrics.json").write_text(json.dumps(runs[0]["metrics"]))
    call("git", "add", "--all")
    call("git", "commit", "--quiet", "--message", "baseline")
    baseline = call("git", "rev-parse", "HEAD").strip()

    def show() -> float:
        started = time.perf_counter()
        listed = json.loads(call(dvc, "exp", "show", "--json"))
        took = time.perf_counter() - started
        show.count = sum(len(entry.get("experiments") or []) for entry in listed)
        return took

    start = show()
    stream = []
    for number, run in enumerate(runs):
        ref = f"refs/exps/{baseline[:2]}/{baseline[2:]}/exp-{number}"
        stream.append(f"commit {ref}\ncommitter bench <bench@example.com> {1767225600 + number} +0000\n")
        stream.append(f"data <<END\ndvc: commit experiment {number:064x}\nEND\nfrom {baseline}\n")
        for name in ("params", "metrics"):
            stream.append(f"M 100644 inline {name}.json\ndata <<END\n{json.dumps(run[name])}\nEND\n\n")
    call("git", "fast-import", "--quiet", text="".join(stream))
    took = show()
    if show.count < len(runs):
        raise RuntimeError(f"dvc exp show listed {show.count} of {len(runs)} experiments")
    return (took - start) * 1000


main()
