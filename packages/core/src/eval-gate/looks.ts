// How often this pull request has looked at these rows. Judging one candidate after another on the same rows until one
// passes is a way to be wrong more often than promised; each look therefore gets a share of the error, never the whole.
import type { Problem } from '../formats/problem.ts';
import type { Block } from '../formats/report.ts';
import type { RunContext } from '../formats/run-context.ts';
import type { Run, RunInput, RunSummary } from '../formats/run.ts';
import type { Store } from '../ports/store.ts';
import { spentAlpha, usualAlpha } from '../statistics/alpha-spending.ts';
import { reasonOf } from './reason.ts';
import { levelText } from './words.ts';

export interface Look {
  /** 1 for the first candidate that a pull request judges on these rows; absent outside pull requests. */
  readonly number?: number;
  /** One-sided error of each claim at this look. */
  readonly alpha: number;
  /** How the look was counted, for the small print. */
  readonly words: readonly string[];
  readonly problems: readonly Problem[];
}

export interface LookQuestion {
  /** Given by hand, so that a laptop decides as the pull request did. */
  readonly asked: number | undefined;
  /** The policy's name. */
  readonly name: string;
  /** Digest of the candidate. */
  readonly subject: string;
  /** What the rows are known by in a run's params. */
  readonly data: string;
  /** The policy's file. */
  readonly file: string;
}

export interface LookPorts {
  readonly context: Pick<RunContext, 'origin'>;
  readonly store?: Pick<Store, 'list'> | undefined;
}

/**
 * The same candidate judged again is the look that it was: it sees the same rows at the same level, and so the same
 * verdict. Another policy name or other rows are another question, with an error of its own.
 */
export async function findLook(question: LookQuestion, { context, store }: LookPorts): Promise<Look> {
  const { pullRequest } = context.origin;
  const { asked } = question;
  if (pullRequest === undefined || (store === undefined && asked !== undefined))
    return asked === undefined ? { alpha: usualAlpha, words: [], problems: [] } : lookOf(asked, 'as given');
  if (store === undefined)
    return lookOf(1, 'not counted: no store was asked for earlier candidates of the pull request');
  let earlier: readonly RunSummary[];
  try {
    earlier = await store.list({
      kind: 'eval-gate',
      name: question.name,
      matches: (run) =>
        run.pullRequest === pullRequest && run.params?.['data'] === question.data && 'look' in (run.params ?? {}),
      all: true,
    });
  } catch (error) {
    const look =
      asked === undefined ? lookOf(1, 'not counted: the store could not be read') : lookOf(asked, 'as given');
    return { ...look, problems: [uncounted(error, question.file)] };
  }
  const judged = [
    ...new Set(earlier.toSorted((a, b) => (a.id < b.id ? -1 : 1)).flatMap(({ subject = [] }) => subject)),
  ];
  const own = judged.indexOf(question.subject);
  const counted = own === -1 ? judged.length + 1 : own + 1;
  if (asked === undefined) return lookOf(counted);
  // Whoever wants to pass must not be the one who counts.
  return asked < counted ? lookOf(counted, `given as ${asked}`) : lookOf(asked, 'as given');
}

function lookOf(number: number, counted?: string): Look {
  const alpha = spentAlpha(number);
  const how = counted === undefined ? '' : ` (${counted})`;
  return {
    number,
    alpha,
    words: [
      `Look ${number} at these rows in this pull request${how}: decided on two-sided ${levelText(alpha)} intervals, α = 0.05 · 6 / (π² · ${number}²), so that all looks together err in at most 5 %.`,
    ],
    problems: [],
  };
}

/** What the rows of a run are known by: the digest of their file, its path where it lies elsewhere, or nothing of their own. */
export const dataNameOf = (inputs: readonly RunInput[], path: string | undefined): string =>
  inputs.find(({ role }) => role === 'data')?.digest ?? path?.slice(0, 100) ?? 'with the predictions';

/** What later looks are counted by. */
export const lookParams = (look: Look | undefined, data: string): Run['params'] => ({
  data,
  ...(look !== undefined && { alpha: look.alpha }),
  ...(look?.number !== undefined && { look: look.number }),
});

/** Told in the comment from the second look on; before that it is small print. */
export function lookBlocks(look: Look | undefined): Block[] {
  const { number = 1, alpha = usualAlpha } = look ?? {};
  if (number < 2) return [];
  const before = number === 2 ? 'another candidate was' : `${number - 1} other candidates were`;
  const text = `Look ${number} at this pull request: decided on two-sided ${levelText(alpha)} intervals, since ${before} judged on these rows before.`;
  return [{ type: 'text', text }];
}

/** @returns a problem where the input is no look */
export function lookProblem(look: number | undefined): Problem | undefined {
  if (look === undefined || (Number.isInteger(look) && look >= 1)) return undefined;
  return {
    code: 'INPUT_INVALID',
    severity: 'error',
    message: `There is no look ${look}.`,
    hint: 'Give 1 for the first candidate that a pull request judges, 2 for the second, and so on; the report says which it was.',
  };
}

const uncounted = (error: unknown, file: string): Problem => ({
  code: 'GATE_LOOKS_UNCOUNTED',
  severity: 'warning',
  message: `How often this pull request has looked at these rows could not be counted: ${reasonOf(error).message.replace(/\.$/, '')}.`,
  hint: 'It is judged as its first look. Let the job read the store, or give the number with the input "look".',
  file,
});
