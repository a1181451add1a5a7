// The cases that an eval run left behind: one line each, with what it scored before and after.
import type { Problem, Read } from '../../formats/problem.ts';

/** What one side had of one case. */
export interface CaseScores {
  /** Share of repeats that passed, 0 … 1. */
  readonly pass: number;
  /** Mean weighted score. */
  readonly score: number;
  readonly scores: Readonly<Record<string, number>>;
  /** Milliseconds, mean of the repeats. */
  readonly latency?: number | undefined;
  /** USD, mean of the repeats. */
  readonly cost?: number | undefined;
  /** The answer, as it was kept. */
  readonly text: string;
}

/** Why a side has no scores. */
export interface CaseFailure {
  readonly failure: string;
}

export interface EvalCaseLine {
  readonly id: string;
  readonly column?: string;
  readonly before: CaseScores | CaseFailure | null;
  readonly after: CaseScores | CaseFailure | null;
}

/** @param shown the run, for messages */
export function readCases(text: string, shown: string): Read<readonly EvalCaseLine[]> {
  const lines: EvalCaseLine[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '') continue;
    const read = readLine(line);
    if (read === undefined) return { problems: [broken(`Line ${index + 1} of the cases of ${shown} is no case.`)] };
    lines.push(read);
  }
  if (lines.length === 0) return { problems: [broken(`${shown} has no cases.`)] };
  return { value: lines, problems: [] };
}

function readLine(line: string): EvalCaseLine | undefined {
  const value = parsed(line);
  if (!isRecord(value) || typeof value['id'] !== 'string') return undefined;
  const [before, after] = [sideOf(value['before']), sideOf(value['after'])];
  if (before === undefined || after === undefined) return undefined;
  const { id, column } = value;
  return { id, before, after, ...(typeof column === 'string' && { column }) };
}

/** Undefined for what is no side at all. */
function sideOf(value: unknown): EvalCaseLine['after'] | undefined {
  if (value === null || value === undefined) return null;
  if (!isRecord(value)) return undefined;
  const { pass, score, scores, text, error, repeats } = value;
  if (pass === null) return { failure: typeof error === 'string' ? error : 'it has no answer' };
  if (!isNumber(pass)) return undefined;
  const named = isRecord(scores)
    ? Object.entries(scores).filter((entry): entry is [string, number] => isNumber(entry[1]))
    : [];
  const all = Array.isArray(repeats) ? repeats.filter(isRecord) : [value];
  return {
    pass,
    score: isNumber(score) ? score : pass,
    scores: Object.fromEntries(named),
    latency: meanOf(all, 'latencyMs'),
    cost: meanOf(all, 'costUsd'),
    text: typeof text === 'string' ? text : '',
  };
}

/** Undefined unless every repeat has it. */
function meanOf(repeats: readonly Readonly<Record<string, unknown>>[], name: string): number | undefined {
  const values = repeats.map((repeat) => repeat[name]).filter(isNumber);
  if (values.length === 0 || values.length < repeats.length) return undefined;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const broken = (message: string): Problem => ({
  code: 'GATE_RUN_BROKEN',
  severity: 'error',
  message,
  hint: 'Evaluate the suite again with `pawl eval`.',
});
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
