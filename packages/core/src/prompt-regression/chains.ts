// Cases that depend on earlier ones run in order: the turns of a conversation, and all cases of a suite that stores
// outputs for later ones.
import type { EvalCase } from '../formats/eval-suite.ts';
import type { Fields } from '../eval-suite/index.ts';
import type { Message } from '../ports/model-provider.ts';
import type { ScoredAnswer } from '../scorers/scorer.ts';
import { isVarsFailure, type VarsResult } from './case-vars.ts';
import { runsIn, type Column } from './columns.ts';
import { textOfChat, type RenderedPrompt } from './render-prompt.ts';

export interface Chain {
  readonly column: number;
  /** Places of its cases, in order. */
  readonly items: readonly number[];
}

export interface Turn {
  readonly prompt: unknown;
  readonly input: string;
  readonly output: string;
}

/** What decides whether a case is in a chain. */
export interface Chaining {
  readonly isChained: (item: EvalCase, column: Column) => boolean;
  readonly chains: readonly Chain[];
}

export function chainingOf(columns: readonly Column[], cases: readonly EvalCase[]): Chaining {
  const stores = cases.some(({ storeOutputAs }) => storeOutputAs !== undefined);
  const isChained = (item: EvalCase, column: Column): boolean => stores || conversationOf(item, column) !== undefined;
  const speaks = stores || cases.some(({ conversation }) => conversation !== undefined);
  const chains = columns.flatMap((column, columnIndex) => {
    if (!speaks && column.history !== 'variable') return [];
    const groups = new Map<string, number[]>();
    for (const [itemIndex, item] of cases.entries()) {
      if (!runsIn(item, column) || !isChained(item, column)) continue;
      const key = stores ? '' : (conversationOf(item, column) ?? '');
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [itemIndex]);
      else group.push(itemIndex);
    }
    return [...groups.values()].map((items): Chain => ({ column: columnIndex, items }));
  });
  return { isChained, chains };
}

/** A prompt that names `_conversation` has one even where its cases give no name to it. */
function conversationOf({ conversation }: EvalCase, { history }: Column): string | undefined {
  if (history === 'none') return undefined;
  return history === 'variable' ? (conversation ?? '') : conversation;
}

export interface ChainWork {
  readonly cases: readonly EvalCase[];
  readonly column: Column;
  readonly wanted: (item: EvalCase) => boolean;
  readonly varsOf: (item: EvalCase) => VarsResult | Promise<VarsResult>;
  readonly fail: (itemIndex: number, error: { readonly failure: string; readonly hint: string }) => void;
  /** @returns undefined when there is no answer */
  readonly ask: (
    itemIndex: number,
    rendered: RenderedPrompt,
    vars: Fields,
    conversation: readonly Turn[],
  ) => Promise<ScoredAnswer | undefined>;
}

export async function runChain({ items }: Chain, work: ChainWork): Promise<void> {
  const { cases, column } = work;
  const stored: Record<string, unknown> = {};
  const turnsOf = new Map<string, Turn[]>();
  for (const itemIndex of items) {
    const item = cases[itemIndex] as EvalCase;
    if (!work.wanted(item)) continue;
    const own = await work.varsOf(item);
    if (isVarsFailure(own)) {
      work.fail(itemIndex, own);
      continue;
    }
    const conversation = conversationOf(item, column);
    const turns = (conversation === undefined ? undefined : turnsOf.get(conversation)) ?? [];
    if (conversation !== undefined) turnsOf.set(conversation, turns);
    const vars = { ...own, ...stored };
    const rendered = column.compiled.render(
      column.history === 'variable' ? { ...vars, _conversation: turns } : vars,
      item,
    );
    if ('failure' in rendered) {
      work.fail(itemIndex, { failure: rendered.failure, hint: 'Correct the data of the case, or the template.' });
      continue;
    }
    const told = column.history === 'messages' ? withTurns(rendered.value, turns) : rendered.value;
    const answer = await work.ask(itemIndex, told, vars, [...turns]);
    // What comes after an answer that never came is asked all the same, and says so by its own result.
    if (answer === undefined) continue;
    turns.push({ prompt: told.messages, input: inputOf(told), output: answer.text });
    if (item.storeOutputAs !== undefined) stored[item.storeOutputAs] = answer.output;
  }
}

/** Earlier turns stand behind the instructions and before the new message. */
function withTurns(rendered: RenderedPrompt, turns: readonly Turn[]): RenderedPrompt {
  if (turns.length === 0) return rendered;
  const { messages } = rendered;
  const first = messages.findIndex(({ role }) => role !== 'system' && role !== 'developer');
  const at = first < 0 ? messages.length : first;
  const earlier = turns.flatMap(({ input, output }): Message[] => [
    { role: 'user', content: input },
    { role: 'assistant', content: output },
  ]);
  const all = [...messages.slice(0, at), ...earlier, ...messages.slice(at)];
  return { ...rendered, messages: all, text: () => textOfChat(all) };
}

function inputOf({ messages, text }: RenderedPrompt): string {
  const last = messages.at(-1)?.content;
  return typeof last === 'string' ? last : text();
}
