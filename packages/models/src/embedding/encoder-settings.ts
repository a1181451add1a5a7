// How tokens become one vector, as the small files beside a model say it. Sources: what sentence-transformers writes
// (modules.json, sentence_bert_config.json, 1_Pooling/config.json, config_sentence_transformers.json).
import { posix } from 'node:path';
import { isMap, listAt, member, textAt } from '../json-member.ts';
import { UnusableModel } from './model-files.ts';

/** Part of the model's identity, with the bytes of network and tokenizer. */
export interface EncoderSettings {
  readonly pooling: 'mean' | 'cls';
  /** Vectors of length 1. */
  readonly normalize: boolean;
  /** Longer texts are cut; special tokens count. */
  readonly maxTokens: number;
  /** Put before each text, as some models were trained. */
  readonly prefix: string;
  readonly lowerCase: boolean;
}

/** What a suite says of a model; where it says nothing, the files do. */
export type WrittenSettings = Readonly<Record<string, unknown>>;

/** Where no file says more: what BERT was made for. */
const usualTokens = 512;
const mostTokens = 32_768;

/**
 * @param read the JSON of a file of the model's folder; undefined where there is none
 * @throws UnusableModel when the files ask for what is not done here
 */
export async function readSettings(
  written: WrittenSettings,
  read: (name: string) => Promise<unknown>,
): Promise<EncoderSettings> {
  const modules = await read('modules.json');
  const types = listAt(modules).map((each) => textAt(each, 'type')?.replace(/^.*\./, ''));
  const strange = types.find((type) => type === undefined || !['Transformer', 'Pooling', 'Normalize'].includes(type));
  if (types.includes(undefined) || strange !== undefined)
    throw new UnusableModel(
      `the model has a module "${strange ?? 'without a type'}", which is not run`,
      'Export it with all of its modules as one network, whose output is sentence_embedding, and leave modules.json out.',
    );
  const own = listAt(modules).find((each) => textAt(each, 'type')?.endsWith('Pooling'));
  const pooling =
    written['pooling'] ?? poolingOf(await read(posix.join(textAt(own, 'path') ?? '1_Pooling', 'config.json')));
  if (pooling !== 'mean' && pooling !== 'cls')
    throw new UnusableModel(
      `the model pools its tokens by ${JSON.stringify(pooling)}, which is not done here`,
      'The mean of all tokens (mean) and the first one (cls) are; ask an endpoint for this model.',
    );
  const sentence = await read('sentence_bert_config.json');
  const limits = [
    written['maxTokens'],
    member(sentence, 'max_seq_length'),
    member(await read('tokenizer_config.json'), 'model_max_length'),
    member(await read('config.json'), 'max_position_embeddings'),
  ];
  const normalize = written['normalize'];
  const prefix = written['prefix'];
  return {
    pooling,
    normalize: typeof normalize === 'boolean' ? normalize : types.length === 0 || types.includes('Normalize'),
    maxTokens: limits.find(isLimit) ?? usualTokens,
    prefix: typeof prefix === 'string' ? prefix : promptOf(await read('config_sentence_transformers.json')),
    lowerCase: member(sentence, 'do_lower_case') === true,
  };
}

/** Tokenizers without a limit say 1e30. */
const isLimit = (limit: unknown): limit is number =>
  typeof limit === 'number' && Number.isInteger(limit) && limit >= 3 && limit <= mostTokens;

/** Older files have a switch for each way, newer ones name it; without any it is the mean. */
function poolingOf(config: unknown): string {
  const named = textAt(config, 'pooling_mode');
  if (named !== undefined) return named;
  const on = (isMap(config) ? Object.keys(config) : []).filter(
    (name) => name.startsWith('pooling_mode_') && member(config, name) === true,
  );
  const ways = on.map((name) => name.slice('pooling_mode_'.length)).map((way) => usualNames[way] ?? way);
  return ways.length === 0 ? 'mean' : ways.join(' and ');
}

const usualNames: Readonly<Record<string, string>> = { mean_tokens: 'mean', cls_token: 'cls' };

/** What is put before a text where nobody names a prompt. */
function promptOf(config: unknown): string {
  const name = textAt(config, 'default_prompt_name');
  return (name === undefined ? undefined : textAt(config, 'prompts', name)) ?? '';
}
