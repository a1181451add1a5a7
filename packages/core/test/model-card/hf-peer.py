"""Speaks for the real huggingface_hub: a JSON list of requests on stdin, a JSON list of answers on stdout.

{"read": text} answers what `ModelCard` and `model_index_to_eval_results` make of a card, or the error;
{"write": {"name", "results", "data", "body"}} answers the text of a card that `ModelCard` wrote of `EvalResult`s;
{"save": text} answers the card's text after a load and a save by `ModelCard`.
"""

import datetime
import json
import math
import sys

from huggingface_hub import EvalResult, ModelCard, ModelCardData
from huggingface_hub.repocard_data import model_index_to_eval_results
import yaml


def plain(value):
    if isinstance(value, (datetime.date, datetime.datetime)):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return {"#": str(value)}
    if isinstance(value, dict):
        return {str(key): plain(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(member) for member in value]
    return value


def read(text):
    card = ModelCard(text)
    results = card.data.eval_results or []
    answer = {"name": card.data.model_name, "body": card.text}
    answer["results"] = [plain({key: value for key, value in vars(result).items() if value is not None or key == "metric_value"}) for result in results]
    data = {key: value for key, value in vars(card.data).items() if key not in ("eval_results", "model_name") and value is not None}
    answer["data"] = plain(data)
    return answer


def write(name, results, data, body):
    made = ModelCardData(model_name=name, eval_results=[EvalResult(**result) for result in results], **data)
    return f"---\n{made.to_yaml()}\n---\n{body}"


answers = []
for request in json.load(sys.stdin):
    try:
        if "read" in request:
            answers.append(read(request["read"]))
        elif "save" in request:
            answers.append({"text": str(ModelCard(request["save"]))})
        else:
            answers.append({"text": write(**request["write"])})
    except (ValueError, TypeError, KeyError, AttributeError, yaml.YAMLError) as error:
        answers.append({"error": f"{type(error).__name__}: {error}"})
print(json.dumps(answers))
