// What a run said of each case, from the result files that features write. Hostile text: each line is checked.
import * as z from 'zod/mini';
import { canonicalJson } from '../formats/canonical.ts';
import type { Problem } from '../formats/problem.ts';

export interface CaseRow {
  readonly id: string;
  /** 1 right, 0 wrong, between them a share of repeats; null when the case could not be judged. */
  readonly pass: number | null;
  /** Of every case, by the metric that is their mean. */
  readonly scores: Readonly<Record<string, number | null>>;
  readonly expected?: string;
  readonly answer?: string;
  /** By class, in an order that the file does not tell. */
  readonly probabilities?: readonly number[];
}

export interface RunCases {
  readonly file: string;
  /** "case", "row", "expectation", "column". */
  readonly noun: string;
  /** Drawn from a population: a difference of means has an interval. Expectations and columns are the whole of it. */
  readonly sampled: boolean;
  readonly rows: ReadonlyMap<string, CaseRow>;
}

/** The files that hold cases; a run has one of them at most. */
export const caseFiles: readonly string[] = ['cases.jsonl', 'predictions.jsonl', 'expectations.jsonl', 'columns.jsonl'];

/** @param text of one of `caseFiles` @returns the rows that could be read, and a warning where some could not */
export function readCases(
  file: string,
  text: string,
): { readonly cases: RunCases; readonly problems: readonly Problem[] } {
  const reader = readers[file] ?? readers['cases.jsonl']!;
  const rows = new Map<string, CaseRow>();
  const seen = new Map<string, number>();
  let broken = 0;
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const row = reader.row(parsed(line));
    if (row === undefined) {
      broken += 1;
      continue;
    }
    // The second case of one name pairs with the second of the other run.
    const count = (seen.get(row.id) ?? 0) + 1;
    seen.set(row.id, count);
    const id = count === 1 ? row.id : `${row.id} (${count})`;
    rows.set(id, { ...row, id });
  }
  const { noun, sampled } = reader;
  return {
    cases: { file, noun, sampled, rows },
    problems: broken === 0 ? [] : [unreadable(file, broken)],
  };
}

const unreadable = (file: string, lines: number): Problem => ({
  code: 'RUN_CASES_UNREADABLE',
  severity: 'warning',
  message: `${lines} line${lines === 1 ? '' : 's'} of ${file} cannot be read and ${lines === 1 ? 'is' : 'are'} left out.`,
});

interface Reader {
  readonly noun: string;
  readonly sampled: boolean;
  row(value: unknown): CaseRow | undefined;
}

const Score = z.nullable(z.number());
const Share = z.union([z.number(), z.boolean(), z.null()]);
const Id = z.union([z.string(), z.number()]);
const Side = z.looseObject({
  pass: z.optional(Share),
  scores: z.optional(z.record(z.string(), Score)),
  text: z.optional(z.string()),
});
const CaseLine = z.looseObject({
  ...Side.shape,
  id: Id,
  /** Of a suite that asks each case of several prompts or models. */
  column: z.optional(z.string()),
  expected: z.optional(z.unknown()),
  output: z.optional(z.string()),
  /** Written by prompt-regression: what this run's own prompt answered. */
  after: z.optional(z.nullable(Side)),
});
const PredictionLine = z.looseObject({
  id: Id,
  label: z.string(),
  candidate: z.looseObject({ prediction: z.string(), probabilities: z.optional(z.array(z.number())) }),
});
const ExpectationLine = z.looseObject({
  data: z.string(),
  type: z.string(),
  arguments: z.optional(z.unknown()),
  success: z.nullable(z.boolean()),
  found: z.optional(z.string()),
});
const ColumnLine = z.looseObject({ column: z.string(), verdict: z.string(), reason: z.optional(z.string()) });

const readers: Readonly<Record<string, Reader>> = {
  'cases.jsonl': {
    noun: 'case',
    sampled: true,
    row: (value) => {
      const { data } = z.safeParse(CaseLine, value);
      if (data === undefined) return undefined;
      const side = data.after === undefined ? data : data.after;
      const answer = side?.text ?? (data.after === undefined ? data.output : undefined);
      const { scores = {} } = side ?? {};
      return {
        id: data.column === undefined ? String(data.id) : `${data.id} [${data.column}]`,
        pass: side?.pass === undefined || side.pass === null ? null : Number(side.pass),
        // Evaluators' means are the metrics `score/NAME`.
        scores: {
          ...scores,
          ...Object.fromEntries(Object.entries(scores).map(([name, score]) => [`score/${name}`, score])),
        },
        ...(data.expected !== undefined && { expected: plain(data.expected) }),
        ...(answer !== undefined && { answer }),
      };
    },
  },
  'predictions.jsonl': {
    noun: 'row',
    sampled: true,
    row: (value) => {
      const { data } = z.safeParse(PredictionLine, value);
      if (data === undefined) return undefined;
      const { id, label, candidate } = data;
      const pass = candidate.prediction === label ? 1 : 0;
      const { prediction, probabilities } = candidate;
      return {
        id: String(id),
        pass,
        scores: {},
        expected: label,
        answer: prediction,
        ...(probabilities !== undefined && { probabilities }),
      };
    },
  },
  'expectations.jsonl': {
    noun: 'expectation',
    sampled: false,
    row: (value) => {
      const { data } = z.safeParse(ExpectationLine, value);
      if (data === undefined) return undefined;
      const { data: file, type, success, found } = data;
      return {
        id: `${type} ${canonicalJson(data.arguments ?? {})} of ${file}`,
        pass: success === null ? null : Number(success),
        scores: {},
        answer: found ?? (success === true ? 'met' : 'not met'),
      };
    },
  },
  'columns.jsonl': {
    noun: 'column',
    sampled: false,
    row: (value) => {
      const { data } = z.safeParse(ColumnLine, value);
      if (data === undefined) return undefined;
      const { column, verdict, reason } = data;
      const judged = verdict === 'pass' || verdict === 'fail';
      return {
        id: column,
        pass: judged ? Number(verdict === 'pass') : null,
        scores: {},
        answer: reason === undefined ? verdict : `${verdict}: ${reason}`,
      };
    },
  },
};

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const plain = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
