# A BERT of the Hugging Face hub as ONNX, without PyTorch: the graph is written out, the weights are those of the file.
# The output is `last_hidden_state`; pooling and normalisation are left to whoever reads the folder.
# Usage: python export-bert.py FOLDER, which holds config.json and model.safetensors; FOLDER/model.onnx is written.
import json
import struct
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def weights_of(path):
    """https://huggingface.co/docs/safetensors: eight bytes of length, a JSON header, and the values."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    start = 8 + length
    for name, entry in header.items():
        if entry.get("dtype") != "F32":
            continue
        begin, end = entry["data_offsets"]
        yield name, np.frombuffer(data[start + begin : start + end], "<f4").reshape(entry["shape"])


class Graph:
    def __init__(self, weights):
        self.weights = weights
        self.nodes = []
        self.tensors = {}

    def tensor(self, name, value):
        self.tensors[name] = numpy_helper.from_array(np.array(value, order="C"), name)
        return name

    def add(self, op, *inputs, **attributes):
        output = f"{op}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, list(inputs), [output], **attributes))
        return output

    def weight(self, name):
        return self.tensor(name, self.weights[name])

    def dense(self, value, name):
        kernel = self.tensor(f"{name}.kernel", self.weights[f"{name}.weight"].T)
        return self.add("Add", self.add("MatMul", value, kernel), self.weight(f"{name}.bias"))

    def norm(self, value, name, epsilon):
        return self.add(
            "LayerNormalization",
            value,
            self.weight(f"{name}.weight"),
            self.weight(f"{name}.bias"),
            axis=-1,
            epsilon=epsilon,
        )

    def gelu(self, value):
        inner = self.add("Erf", self.add("Div", value, self.tensor("sqrt2", np.float32(2**0.5))))
        half = self.add("Mul", value, self.tensor("half", np.float32(0.5)))
        return self.add("Mul", half, self.add("Add", inner, self.tensor("one", np.float32(1))))


def bert(config, weights):
    graph = Graph(weights)
    heads, hidden = config["num_attention_heads"], config["hidden_size"]
    width, epsilon = hidden // heads, config["layer_norm_eps"]
    split = graph.tensor("split", np.array([0, 0, heads, width], np.int64))
    joined = graph.tensor("joined", np.array([0, 0, hidden], np.int64))
    scale = graph.tensor("scale", np.float32(width**-0.5))

    length = graph.add("Gather", graph.add("Shape", "input_ids"), graph.tensor("axis", np.int64(1)))
    places = graph.add("Range", graph.tensor("zero", np.int64(0)), length, graph.tensor("step", np.int64(1)))
    words = graph.add("Gather", graph.weight("embeddings.word_embeddings.weight"), "input_ids")
    kinds = graph.add("Gather", graph.weight("embeddings.token_type_embeddings.weight"), "token_type_ids")
    where = graph.add("Gather", graph.weight("embeddings.position_embeddings.weight"), places)
    value = graph.norm(graph.add("Add", graph.add("Add", words, kinds), where), "embeddings.LayerNorm", epsilon)

    seen = graph.add("Cast", "attention_mask", to=TensorProto.FLOAT)
    hidden_from = graph.add("Mul", graph.add("Sub", seen, graph.tensor("all", np.float32(1))), graph.tensor("far", np.float32(1e9)))
    mask = graph.add("Unsqueeze", hidden_from, graph.tensor("axes", np.array([1, 2], np.int64)))

    for layer in range(config["num_hidden_layers"]):
        at = f"encoder.layer.{layer}"
        query, key, content = (
            graph.add("Reshape", graph.dense(value, f"{at}.attention.self.{part}"), split)
            for part in ("query", "key", "value")
        )
        query = graph.add("Transpose", query, perm=[0, 2, 1, 3])
        key = graph.add("Transpose", key, perm=[0, 2, 3, 1])
        content = graph.add("Transpose", content, perm=[0, 2, 1, 3])
        scores = graph.add("Add", graph.add("Mul", graph.add("MatMul", query, key), scale), mask)
        context = graph.add("MatMul", graph.add("Softmax", scores, axis=-1), content)
        context = graph.add("Reshape", graph.add("Transpose", context, perm=[0, 2, 1, 3]), joined)
        attended = graph.dense(context, f"{at}.attention.output.dense")
        value = graph.norm(graph.add("Add", attended, value), f"{at}.attention.output.LayerNorm", epsilon)
        inner = graph.gelu(graph.dense(value, f"{at}.intermediate.dense"))
        value = graph.norm(
            graph.add("Add", graph.dense(inner, f"{at}.output.dense"), value), f"{at}.output.LayerNorm", epsilon
        )
    graph.nodes.append(helper.make_node("Identity", [value], ["last_hidden_state"]))

    shape = ["batch", "tokens"]
    return helper.make_model(
        helper.make_graph(
            graph.nodes,
            "bert",
            [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name in ("input_ids", "attention_mask", "token_type_ids")],
            [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, [*shape, hidden])],
            list(graph.tensors.values()),
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    config = json.loads((folder / "config.json").read_text())
    if config["model_type"] != "bert" or config["hidden_act"] != "gelu":
        raise SystemExit("only a BERT with GELU is known")
    onnx.save(bert(config, dict(weights_of(folder / "model.safetensors"))), folder / "model.onnx")
