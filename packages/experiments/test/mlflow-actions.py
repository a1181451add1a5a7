"""What a team does with the real MLflow client, and what it sees there. One action a call; answers are JSON on stdout."""

import json
import sys
import warnings

warnings.simplefilter("ignore")

import mlflow  # noqa: E402
from mlflow import MlflowClient  # noqa: E402

action, uri, *rest = sys.argv[1:]
mlflow.set_tracking_uri(uri)
client = MlflowClient()


def train(experiment, commit):
    """A parent with a history, values that JSON cannot hold, data and an artifact; and a nested run."""
    mlflow.set_experiment(experiment)
    with mlflow.start_run(run_name="parent", tags={"mlflow.source.git.commit": commit, "mlflow.source.git.branch": "main", "team": "search"}) as run:
        mlflow.log_params({"lr": 0.1, "depth": 6, "solver": "adam"})
        for step in range(1200):
            mlflow.log_metric("loss", 1 / (step + 1), step=step) if step < 5 else None
        client.log_batch(run.info.run_id, metrics=[mlflow.entities.Metric("steps", float(n), 1_700_000_000_000 + n, n) for n in range(999)])
        mlflow.log_metrics({"nan": float("nan"), "inf": float("inf"), "val/acc": 0.75})
        mlflow.log_text("hello", "out/notes.txt")
        data = mlflow.entities.Dataset(name="flights", digest="c247459b", source_type="local", source="{}")
        client.log_inputs(run.info.run_id, [mlflow.entities.DatasetInput(data, [mlflow.entities.InputTag("mlflow.data.context", "training")])])
        with mlflow.start_run(nested=True, run_name="child") as child:
            mlflow.log_metric("loss", 0.5)
    return {"parent": run.info.run_id, "child": child.info.run_id}


def see():
    """Every run as `search_runs` and `get_metric_history` have it."""
    runs = []
    for experiment in client.search_experiments():
        token = None
        while True:
            page = client.search_runs([experiment.experiment_id], max_results=5, page_token=token)
            for run in page:
                history = {key: [[m.step, str(m.value)] for m in client.get_metric_history(run.info.run_id, key)] for key in run.data.metrics}
                runs.append(
                    {
                        "id": run.info.run_id,
                        "experiment": experiment.name,
                        "name": run.info.run_name,
                        "status": run.info.status,
                        "start": run.info.start_time,
                        "end": run.info.end_time,
                        "params": run.data.params,
                        "metrics": {key: str(value) for key, value in run.data.metrics.items()},
                        "tags": run.data.tags,
                        "history": history,
                        "data": [[one.dataset.name, one.dataset.digest] for one in run.inputs.dataset_inputs],
                    }
                )
            token = page.token
            if not token:
                break
    return runs


def register(name, *runs):
    client.create_registered_model(name, description="delays")
    for run in runs:
        client.create_model_version(name, source=client.get_run(run).info.artifact_uri + "/model", run_id=run, description="made by " + run)
    client.set_registered_model_alias(name, "production", "1")
    client.set_registered_model_alias(name, "staging", str(len(runs)))
    return {}


def model(name):
    found = client.get_registered_model(name)
    versions = client.search_model_versions(f"name='{name}'")
    return {
        "aliases": {alias: int(version) for alias, version in found.aliases.items()},
        "versions": {int(one.version): {"tags": one.tags, "description": one.description, "run": one.run_id} for one in versions},
    }


def prompts(name):
    chat = [{"role": "system", "content": "You sort mail."}, {"role": "user", "content": "Mail: {{ mail }}"}]
    mlflow.genai.register_prompt(name=name, template="Sort {{mail}}", commit_message="one text")
    mlflow.genai.register_prompt(
        name=name,
        template=chat,
        commit_message="as a chat",
        model_config={"model_name": "small-1", "temperature": 0.2, "max_tokens": 9, "stop_sequences": ["end"]},
        response_format={"type": "object", "properties": {"label": {"type": "string"}}},
    )
    mlflow.genai.set_prompt_alias(name, "production", 1)
    return {}


def prompt(name, at, fields):
    """Loads as an application does, and fills in."""
    uri = f"prompts:/{name}@{at}" if not at.isdigit() else f"prompts:/{name}/{at}"
    found = mlflow.genai.load_prompt(uri)
    config = found.model_config
    return {
        "version": found.version,
        "template": found.template,
        "filled": found.format(**json.loads(fields)),
        "message": found.commit_message,
        "config": config,
        "format": found.response_format,
        "variables": sorted(found.variables),
        "aliases": list(found.aliases),
    }


print("\n" + json.dumps({f.__name__: f for f in (train, see, register, model, prompts, prompt)}[action](*rest)))
