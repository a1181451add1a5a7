// Opens an embedding model of bytes that were read: the tokenizer, the runtime, the network.
import { ModelError } from '@pawl/core';
import { parsedJson, isMap } from '../json-member.ts';
import { loadNativeRuntime, loadRuntime } from '../onnx-runtime.ts';
import { createSession } from '../onnx-session.ts';
import { encoderOf, type Encode } from './encoder.ts';
import type { EncoderSettings } from './encoder-settings.ts';
import { UnusableModel } from './model-files.ts';
import { tokenizerOf, type ToTokens } from './tokens.ts';

/** Plain data: it is sent to a thread. */
export interface EncoderJob {
  readonly model: Uint8Array;
  /** Path of the model, for messages. */
  readonly file: string;
  /** Text of `tokenizer.json`. */
  readonly tokenizer: string;
  readonly tokenizerConfig: unknown;
  readonly settings: EncoderSettings;
  readonly wasmPath: string | undefined;
  /** Folder of the native runtime; without it WebAssembly computes. */
  readonly native: string | undefined;
}

/** @throws UnusableModel */
export async function openEncoder(job: EncoderJob): Promise<Encode> {
  const { model, file, settings, wasmPath, native } = job;
  const tokens = tokensOf(job);
  try {
    const runtime = await (native === undefined ? loadRuntime(wasmPath, file) : loadNativeRuntime(native, file));
    const session = await createSession(runtime, model, file);
    return encoderOf({ runtime, session, tokens, settings });
  } catch (error) {
    if (error instanceof ModelError) throw new UnusableModel(withoutStop(error.message), error.hint ?? '');
    throw error;
  }
}

function tokensOf({ tokenizer, tokenizerConfig, settings, file }: EncoderJob): ToTokens {
  const json = parsedJson(tokenizer);
  const config = isMap(tokenizerConfig) ? tokenizerConfig : {};
  try {
    if (!isMap(json)) throw new Error('it is no JSON');
    return tokenizerOf(json, config, settings.maxTokens);
  } catch (error) {
    throw new UnusableModel(
      `the tokenizer.json of ${file} cannot be used: ${withoutStop((error as Error).message)}`,
      'Get the file again; a Git LFS pointer looks like this, and so does a tokenizer of a kind that is not known.',
    );
  }
}

const withoutStop = (text: string): string => text.replace(/\.$/, '');
