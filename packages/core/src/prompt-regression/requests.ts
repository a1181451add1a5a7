// Which requests a suite comes to, settled before the first is sent: each distinct one once, whoever waits for it.
// Texts are rendered to be compared and let go; memory stays flat however many cases there are.
import type { EvalCase } from '../formats/eval-suite.ts';
import type { ModelRequest } from '../ports/model-provider.ts';
import { isVarsFailure, type CaseVars, type VarsResult } from './case-vars.ts';
import { runsIn, type Column } from './columns.ts';
import type { RenderedPrompt } from './render-prompt.ts';

export interface RequestPlan {
  /** How many distinct requests there are, for one repeat. */
  readonly count: number;
  /** By column and case, the request it waits for, from 0; see `notPlanned` and `notRun`. */
  readonly places: readonly Int32Array[];
  /** The first column and case that make request `index`: what it is rendered from. */
  first(index: number): { readonly column: number; readonly item: number };
  /** All columns and cases that wait for request `index`. */
  waiting(index: number): readonly { readonly column: number; readonly item: number }[];
}

/** The case is not asked in that column. */
export const notRun = -1;
/** No request can be named beforehand: the output is given, or it depends on earlier outputs. */
export const notPlanned = -2;
/** Its texts cannot be rendered. */
export const notRendered = -3;

export interface PlanOptions {
  readonly columns: readonly Column[];
  readonly cases: readonly EvalCase[];
  /** Cases that run in order, after others. */
  readonly isChained: (item: EvalCase, column: Column) => boolean;
  readonly vars: CaseVars;
}

export async function planRequests({ columns, cases, isChained, vars }: PlanOptions): Promise<RequestPlan> {
  const known = new KnownRequests(async (waiter) => {
    const { column, item } = at(waiter);
    const of = cases[item] as EvalCase;
    return keyedOf(columns[column] as Column, of, await vars.of(of));
  });
  const at = (waiter: number) => ({ column: Math.floor(waiter / cases.length), item: waiter % cases.length });
  const places = columns.map(() => new Int32Array(cases.length).fill(notRun));
  // One list for each request, threaded through one array: ten thousand little arrays would cost more than the texts.
  const next = new Int32Array(columns.length * cases.length).fill(-1);
  const last: number[] = [];
  for (const [columnIndex, column] of columns.entries()) {
    const own = places[columnIndex] as Int32Array;
    for (const [itemIndex, item] of cases.entries()) {
      if (!runsIn(item, column)) continue;
      if (item.output !== undefined || isChained(item, column)) {
        own[itemIndex] = notPlanned;
        continue;
      }
      const keyed = keyedOf(column, item, await vars.of(item));
      if (keyed === undefined) {
        own[itemIndex] = notRendered;
        continue;
      }
      const waiter = columnIndex * cases.length + itemIndex;
      const place = await known.place(keyed, waiter);
      own[itemIndex] = place;
      if (place === last.length) last.push(waiter);
      else {
        next[last[place] as number] = waiter;
        last[place] = waiter;
      }
    }
  }
  const { firsts } = known;
  return {
    count: firsts.length,
    places,
    first: (index) => at(firsts[index] as number),
    waiting: (index) => {
      const found = [];
      for (let waiter = firsts[index] as number; waiter >= 0; waiter = next[waiter] as number) found.push(at(waiter));
      return found;
    },
  };
}

/**
 * The first waiter of each distinct request, found by a hash of its texts. The texts themselves would be most of the
 * memory of an evaluation, so where two hashes meet the older request is made again and compared.
 */
class KnownRequests {
  readonly firsts: number[] = [];
  readonly #places = new Map<number, number | readonly number[]>();
  readonly #render: (waiter: number) => Promise<Keyed | undefined>;

  constructor(render: (waiter: number) => Promise<Keyed | undefined>) {
    this.#render = render;
  }

  async place(keyed: Keyed, waiter: number): Promise<number> {
    const hash = hashOf(keyed);
    const met = this.#places.get(hash);
    if (met !== undefined) {
      const key = keyOfRequest(keyed.column, keyed.rendered);
      for (const place of typeof met === 'number' ? [met] : met) {
        const older = await this.#render(this.firsts[place] as number);
        if (older !== undefined && keyOfRequest(older.column, older.rendered) === key) return place;
      }
    }
    const place = this.firsts.length;
    this.firsts.push(waiter);
    this.#places.set(hash, met === undefined ? place : [...(typeof met === 'number' ? [met] : met), place]);
    return place;
  }
}

/** A rendered request and the column whose settings it has. */
interface Keyed {
  readonly column: Column;
  readonly rendered: RenderedPrompt;
}

/** FNV-1a over the texts alone: requests that differ in settings meet, and are told apart by comparing. */
function hashOf({ rendered: { messages } }: Keyed): number {
  let hash = 0x811c9dc5;
  for (const { content } of messages) {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    hash = Math.imul(hash ^ 0xffff, 0x01000193);
  }
  return hash >>> 0;
}

function keyedOf(column: Column, item: EvalCase, vars: VarsResult): Keyed | undefined {
  if (isVarsFailure(vars)) return undefined;
  const rendered = column.compiled.render(vars, item);
  return 'value' in rendered ? { column, rendered: rendered.value } : undefined;
}

/** Equal when a model is told the same. */
export const keyOfRequest = (column: Column, { messages, text, vars }: RenderedPrompt): string =>
  column.settingsKey +
  (takesText(column) ? text() : JSON.stringify(messages)) +
  (vars === undefined ? '' : JSON.stringify(vars));

/** What is sent to a column's provider. */
export const requestOf = (column: Column, { messages, text, vars }: RenderedPrompt, repeat: number): ModelRequest => ({
  ...column.request,
  messages: column.provider.kind === 'openai-completion' ? [] : messages,
  ...(takesText(column) && { text: text() }),
  ...(vars !== undefined && { vars }),
  repeat,
});

/** These are given the prompt as one text. */
export const takesText = ({ provider: { kind } }: Column): boolean =>
  kind === 'openai-completion' || kind === 'echo' || kind === 'exec' || kind === 'script' || kind === 'http';
