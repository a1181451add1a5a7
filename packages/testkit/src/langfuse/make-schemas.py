"""Writes schemas.json: what Langfuse's prompt API takes and answers, from the models of its own Python client.

    python make-schemas.py > schemas.json
"""

import importlib.metadata
import json
import re

from langfuse.api.prompts.types.create_chat_prompt_request import CreateChatPromptRequest
from langfuse.api.prompts.types.create_text_prompt_request import CreateTextPromptRequest
from langfuse.api.prompts.types.prompt import Prompt
from langfuse.api.prompts.types.prompt_meta_list_response import PromptMetaListResponse
from pydantic import TypeAdapter


def camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), name)


def as_sent(schema, strict: bool):
    """The client writes snake case in Python and camel case on the wire. A request holds what is named, and no more."""
    if isinstance(schema, list):
        return [as_sent(part, strict) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {}
    for key, value in schema.items():
        if key in ("title", "description", "default"):
            continue
        if key == "properties":
            made[key] = {camel(name): as_sent(part, strict) for name, part in value.items()}
        elif key == "required":
            made[key] = [camel(name) for name in value]
        elif key == "additionalProperties":
            made[key] = value if not strict or "properties" not in schema else False
        else:
            made[key] = as_sent(value, strict)
    return made


requests = {"createChat": CreateChatPromptRequest, "createText": CreateTextPromptRequest}
answers = {"prompt": Prompt, "list": PromptMetaListResponse}
made = {"source": f"langfuse {importlib.metadata.version('langfuse')} (PyPI), langfuse.api.prompts"}
for name, model in requests.items():
    made[name] = as_sent(TypeAdapter(model).json_schema(), True)
for name, model in answers.items():
    made[name] = as_sent(TypeAdapter(model).json_schema(), False)
print(json.dumps(made, indent=2, sort_keys=True))
