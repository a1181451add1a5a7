// A judge is asked, and asked once more where its answer cannot be read. What is unreadable twice is a failure of the
// judge: no verdict is made of it.
import type { Assertion, EvalProvider } from '../formats/eval-suite.ts';
import type { Message, ModelProvider } from '../ports/model-provider.ts';
import type { ScoreFailure, ScorerWorld } from '../scorers/scorer.ts';
import { cannotTell, isRecord, quoted } from '../scorers/verdicts.ts';

/** What a parser says of an answer that it cannot read. */
export interface Unreadable {
  readonly unreadable: string;
}

export interface Question<T> {
  readonly messages: readonly Message[];
  /** What an answer looks like; said again when one cannot be read. */
  readonly wants: string;
  readonly read: (text: string) => T | Unreadable;
  /** Which of several answers to the same question. */
  readonly sample?: number;
}

export interface Judge {
  readonly model: string;
  ask<T extends object>(question: Question<T>): Promise<T | ScoreFailure>;
  /** What all questions cost so far, as a score tells it; recorded answers cost nothing. */
  spent(): { readonly costUsd?: number; readonly tokens?: number };
}

export async function openJudge(world: ScorerWorld, assertion: Assertion): Promise<Judge | ScoreFailure> {
  if (world.judge === undefined)
    return cannotTell(`"${assertion.type}" needs a judge model and none is set`, 'Set one for the suite.');
  const provider = await world.judge(assertion.provider);
  const parameters = provider.parameters ?? judgeParameters(assertion.provider, provider.model);
  return new AskedJudge(provider, parameters);
}

/**
 * What a judge is asked with: the settings of its provider that a model is told, and no chance where none is asked for.
 * Models that reason refuse a temperature.
 */
export function judgeParameters(provider: unknown, model: string): Readonly<Record<string, unknown>> {
  const config = isRecord(provider) && isRecord(provider['config']) ? (provider as unknown as EvalProvider).config : {};
  const own = Object.entries(config).filter(([name]) => modelSettings.has(name));
  const still = reasons.test(model) ? [] : [['temperature', 0]];
  return Object.fromEntries([...still, ...own].filter(([, value]) => value !== null));
}

const reasons = /(?:^|\/)(?:o\d|gpt-5)/;

const modelSettings: ReadonlySet<string> = new Set([
  ...['temperature', 'topP', 'top_p', 'seed', 'stop', 'maxTokens', 'max_tokens', 'maxCompletionTokens'],
  ...['max_completion_tokens', 'presencePenalty', 'presence_penalty', 'frequencyPenalty', 'frequency_penalty'],
  ...['reasoning', 'reasoning_effort', 'verbosity', 'thinking'],
]);

export const isUnreadable = (value: object): value is Unreadable => 'unreadable' in value;

export const isFailure = (value: object): value is ScoreFailure => 'failure' in value;

const shownBack = 4_000;

class AskedJudge implements Judge {
  readonly model: string;
  readonly #provider: ModelProvider;
  readonly #parameters: Readonly<Record<string, unknown>>;
  #cost: number | undefined;
  #tokens: number | undefined;

  constructor(provider: ModelProvider & { readonly model: string }, parameters: Readonly<Record<string, unknown>>) {
    this.model = provider.model;
    this.#provider = provider;
    this.#parameters = parameters;
  }

  async ask<T extends object>({ messages, wants, read, sample = 0 }: Question<T>): Promise<T | ScoreFailure> {
    const first = await this.#answer(messages, sample);
    if (isFailure(first)) return first;
    const given = readOf(first.text, read);
    if (!isUnreadable(given)) return given;
    const again = `That answer cannot be read: ${given.unreadable}. ${wants}`;
    const second = await this.#answer(
      [...messages, { role: 'assistant', content: first.text.slice(0, shownBack) }, { role: 'user', content: again }],
      sample,
    );
    if (isFailure(second)) return second;
    const corrected = readOf(second.text, read);
    if (!isUnreadable(corrected)) return corrected;
    return cannotTell(
      `the judge ${this.model} gave no verdict: ${corrected.unreadable}; it said ${quoted(second.text)}`,
      'Use a stronger judge, or make the rubric simpler.',
    );
  }

  spent(): { readonly costUsd?: number; readonly tokens?: number } {
    return {
      ...(this.#cost !== undefined && { costUsd: this.#cost }),
      ...(this.#tokens !== undefined && { tokens: this.#tokens }),
    };
  }

  async #answer(messages: readonly Message[], repeat: number): Promise<{ readonly text: string } | ScoreFailure> {
    const reply = await this.#provider.complete({ model: this.model, messages, parameters: this.#parameters, repeat });
    if ('failure' in reply) return reply;
    // What is recorded was paid for by somebody else.
    if (reply.costUsd !== undefined && !reply.reused) this.#cost = (this.#cost ?? 0) + reply.costUsd;
    if (reply.usage !== undefined)
      this.#tokens = (this.#tokens ?? 0) + reply.usage.promptTokens + reply.usage.completionTokens;
    return { text: reply.text };
  }
}

/** An answer of a megabyte holds no verdict that anybody could check. */
const longest = 200_000;

function readOf<T extends object>(text: string, read: (text: string) => T | Unreadable): T | Unreadable {
  if (text.trim() === '') return { unreadable: 'it is empty' };
  if (text.length > longest) return { unreadable: `it has ${text.length} characters` };
  return read(text);
}
