// An embedding model that anybody can compute: each token has two numbers, and the network looks them up.
import { onnxBytes, type TinyModel } from '../tiny-onnx.ts';

/** Token → its vector; the place in the list is its id. */
const table: readonly (readonly [string, number, number])[] = [
  ['[PAD]', 9, 9],
  ['[UNK]', 0, 0],
  ['[CLS]', 3, 4],
  ['[SEP]', 0, 0],
  ['dog', 3, 0],
  ['puppy', 6, 0],
  ['car', 0, 3],
  ['##s', 0, 0],
  ['σ', 1, 1],
];

const ids = { type: 'int64', shape: ['batch', 'tokens'] } as const;

const network: TinyModel = {
  inputs: [
    { name: 'input_ids', ...ids },
    { name: 'attention_mask', ...ids },
  ],
  outputs: [{ name: 'last_hidden_state', shape: ['batch', 'tokens', 2] }],
  nodes: [{ op: 'Gather', inputs: ['table', 'input_ids'], output: 'last_hidden_state' }],
  tensors: [{ name: 'table', shape: [table.length, 2], values: table.flatMap(([, x, y]) => [x, y]) }],
};

const around = (token: string, id: number) => ({ [token]: { id: token, ids: [id], tokens: [token] } });

export const tokenizerJson = JSON.stringify({
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: ['[PAD]', '[UNK]', '[CLS]', '[SEP]'].map((content, id) => ({ id, content, special: true })),
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [
      { SpecialToken: { id: '[CLS]', type_id: 0 } },
      { Sequence: { id: 'A', type_id: 0 } },
      { SpecialToken: { id: '[SEP]', type_id: 0 } },
    ],
    pair: [],
    special_tokens: { ...around('[CLS]', 2), ...around('[SEP]', 3) },
  },
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(table.map(([token], id) => [token, id])),
  },
});

const modules = (...names: readonly string[]): string =>
  JSON.stringify(
    names.map((name, idx) => ({ idx, name, path: idx === 1 ? '1_Pooling' : '', type: `a.models.${name}` })),
  );

/** The files of its folder; what is given replaces and adds. */
export const tinyEmbedding = (changed: Partial<TinyModel> = {}): Readonly<Record<string, Uint8Array | string>> => ({
  'model.onnx': onnxBytes({ ...network, ...changed }),
  'tokenizer.json': tokenizerJson,
  'modules.json': modules('Transformer', 'Pooling', 'Normalize'),
  '1_Pooling/config.json': JSON.stringify({ pooling_mode_cls_token: false, pooling_mode_mean_tokens: true }),
  'sentence_bert_config.json': JSON.stringify({ max_seq_length: 5 }),
});

export const withModules = (...names: readonly string[]) => ({ 'modules.json': modules(...names) });

export const inFolder = (
  folder: string,
  files: Readonly<Record<string, Uint8Array | string>>,
): Readonly<Record<string, Uint8Array | string>> =>
  Object.fromEntries(Object.entries(files).map(([name, content]) => [`${folder}/${name}`, content]));
