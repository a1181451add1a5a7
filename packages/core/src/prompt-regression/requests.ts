// Which requests a suite comes to, settled before the first is sent: each distinct one once, whoever waits for it.
// Texts are rendered to be compared and let go; memory stays flat however many cases there are.
import { after, isPromise, type Awaitable } from '../formats/awaitable.ts';
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
  const known = new KnownRequests(columns.length * cases.length, (waiter) => {
    const { column, item } = at(waiter);
    const of = cases[item] as EvalCase;
    return after(vars.of(of), (own) => keyedOf(columns[column] as Column, of, own));
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
      const made = vars.of(item);
      const keyed = keyedOf(column, item, isPromise(made) ? await made : made);
      if (keyed === undefined) {
        own[itemIndex] = notRendered;
        continue;
      }
      const waiter = columnIndex * cases.length + itemIndex;
      const found = known.place(keyed, waiter);
      const place = isPromise(found) ? await found : found;
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
  readonly #hashes: Int32Array;
  /** Places by hash, each one up and 0 for none; a place that is taken is looked for in the next one. */
  readonly #table: Int32Array;
  readonly #render: (waiter: number) => Awaitable<Keyed | undefined>;

  constructor(most: number, render: (waiter: number) => Awaitable<Keyed | undefined>) {
    this.#hashes = new Int32Array(most);
    this.#table = new Int32Array(2 ** Math.ceil(Math.log2(2 * most + 2)));
    this.#render = render;
  }

  place(keyed: Keyed, waiter: number): Awaitable<number> {
    return this.#placeFrom(hashOf(keyed), { keyed, waiter });
  }

  #placeFrom(start: number, asked: Asked): Awaitable<number> {
    const { keyed, waiter } = asked;
    const table = this.#table;
    const hash = asked.hash ?? start;
    for (let at = start & (table.length - 1); ; at = (at + 1) & (table.length - 1)) {
      const place = (table[at] as number) - 1;
      if (place < 0) {
        table[at] = this.firsts.length + 1;
        this.#hashes[this.firsts.length] = hash;
        return this.firsts.push(waiter) - 1;
      }
      if (this.#hashes[place] !== hash) continue;
      const older = this.#render(this.firsts[place] as number);
      if (isPromise(older))
        return older.then((made) => (isSame(made, keyed) ? place : this.#placeFrom(at + 1, { ...asked, hash })));
      if (isSame(older, keyed)) return place;
    }
  }
}

interface Asked {
  readonly keyed: Keyed;
  readonly waiter: number;
  /** Where the search has got further than to its own place. */
  readonly hash?: number;
}

const isSame = (older: Keyed | undefined, keyed: Keyed): boolean =>
  older !== undefined && keyOfRequest(older.column, older.rendered) === keyOfRequest(keyed.column, keyed.rendered);

/** A rendered request and the column whose settings it has. */
interface Keyed {
  readonly column: Column;
  readonly rendered: RenderedPrompt;
}

/** Of the texts alone: requests that differ in settings meet, and are told apart by comparing. */
function hashOf({ rendered: { messages } }: Keyed): number {
  let hash = 0x811c9dc5;
  for (const { content } of messages)
    hash = hashOfText(typeof content === 'string' ? content : JSON.stringify(content), hash);
  return hash;
}

const encoder = new TextEncoder();
const bytes = new Uint8Array(1 << 14);
const words = new Int32Array(bytes.buffer);

/** Four bytes at a time, after MurmurHash3 and without its rotations; of a longer text, of a part at a time. */
function hashOfText(text: string, seed: number): number {
  let hash = seed;
  let left = text;
  do {
    const { read, written } = encoder.encodeInto(left, bytes.subarray(0, bytes.length - 4));
    bytes.fill(0, written, written + 4);
    for (let index = 0; index < written / 4; index++) {
      hash = Math.imul(hash ^ (words[index] as number), 0x85ebca6b);
      hash ^= hash >>> 13;
    }
    hash = Math.imul(hash ^ written, 0xc2b2ae35);
    left = read === left.length ? '' : left.slice(read);
  } while (left !== '');
  return hash ^ (hash >>> 16);
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
  kind === 'openai-completion' ||
  kind === 'echo' ||
  kind === 'exec' ||
  kind === 'script' ||
  kind === 'python' ||
  kind === 'http';
