"""A run of the real wandb in offline mode, as a training script makes one. Prints what the script knows, as JSON."""

import json
import sys

import wandb

folder, how = sys.argv[1:]
run = wandb.init(
    project="interop",
    name="real",
    mode="offline",
    dir=folder,
    config={"lr": 0.01, "model": {"layers": [8, 4], "kind": "mlp"}},
    tags=["interop"],
    settings=wandb.Settings(console="off", x_disable_stats=True),
)
run.define_metric("loss", summary="min")
known = {"loss": [], "acc": []}
for step in range(200):
    loss = 1 / (step + 1) + (step % 7) / 100
    run.log({"loss": loss, "acc": step / 200})
    known["loss"].append(loss)
    known["acc"].append(step / 200)
run.summary["final"] = 0.5
summary = {key: value for key, value in dict(run.summary).items() if not key.startswith("_")}
if how == "crash":
    import os

    sys.stdout.write("\n" + json.dumps({"id": run.id, "history": known, "summary": summary}, default=dict) + "\n")
    sys.stdout.flush()
    os.abort()
run.finish(exit_code=3 if how == "fail" else 0)
wandb.teardown()
print("\n" + json.dumps({"id": run.id, "history": known, "summary": summary}, default=dict))
