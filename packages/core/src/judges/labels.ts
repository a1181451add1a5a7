// Labels: JSON lines that say what somebody thinks of an answer. A judge is measured by them.
import type { Problem, Read } from '../formats/problem.ts';
import { isRecord } from '../scorers/verdicts.ts';

export interface Label {
  readonly line: number;
  readonly caseId?: string;
  /** The answer that was labelled; missing where the case itself gives one. */
  readonly output?: string;
  /** For pairwise judges: what it was compared with. */
  readonly baseline?: string;
  /** As the judge would have it: 1 pass or better, 0 fail or worse, 0.5 a tie, or a score. */
  readonly score: number;
  readonly pairwise: boolean;
  readonly author: 'human' | 'model';
  readonly at: string;
  readonly vars?: Readonly<Record<string, unknown>>;
  readonly prompt?: string;
}

const words: Readonly<Record<string, number>> = { pass: 1, fail: 0 };
const pairWords: Readonly<Record<string, number>> = { better: 1, worse: 0, tie: 0.5 };

/** Every mistake at once. Two labels of one author for one answer are a mistake: one of them is wrong. */
export function readLabels(text: string, file: string): Read<readonly Label[]> {
  const problems: Problem[] = [];
  const labels: Label[] = [];
  const seen = new Map<string, number>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const read = labelOf(line, index + 1);
    if (typeof read === 'string') {
      problems.push(wrong(read, file, index + 1));
      continue;
    }
    const key = JSON.stringify([read.caseId, read.output, read.baseline, read.author, read.vars]);
    const before = seen.get(key);
    if (before !== undefined) problems.push(wrong(`labels the same answer as line ${before}`, file, index + 1));
    else {
      seen.set(key, index + 1);
      labels.push(read);
    }
  }
  if (labels.length === 0 && problems.length === 0) problems.push(wrong('has no label', file, 1));
  return problems.length > 0 ? { problems } : { value: labels, problems };
}

function labelOf(text: string, line: number): Label | string {
  const written = parsed(text);
  if (!isRecord(written)) return 'is no JSON object';
  const { caseId, output, baseline, label, author, at, vars, prompt, ...others } = written;
  const [unknown] = Object.keys(others).filter((name) => !name.startsWith('x-') && name !== 'note');
  if (unknown !== undefined) return `has the unknown key "${unknown}"`;
  if (caseId === undefined && output === undefined) return 'names neither a "caseId" nor an "output"';
  for (const [name, value] of Object.entries({ caseId, output, baseline, prompt }))
    if (value !== undefined && typeof value !== 'string') return `has a "${name}" that is no text`;
  if (vars !== undefined && !isRecord(vars)) return 'has "vars" that are no object';
  if (author !== 'human' && author !== 'model') return 'needs "author": "human" or "model"';
  if (typeof at !== 'string' || !/^\d{4}-\d{2}-\d{2}/.test(at)) return 'needs "at", a date such as 2026-01-31';
  const score = scoreOf(label, baseline !== undefined);
  if (score === undefined)
    return baseline === undefined
      ? 'needs "label": "pass", "fail", or a score from 0 to 1'
      : 'needs "label": "better", "worse" or "tie", since it has a "baseline"';
  return {
    line,
    ...(typeof caseId === 'string' && { caseId }),
    ...(typeof output === 'string' && { output }),
    ...(typeof baseline === 'string' && { baseline }),
    score,
    pairwise: baseline !== undefined,
    author,
    at,
    ...(isRecord(vars) && { vars }),
    ...(typeof prompt === 'string' && { prompt }),
  };
}

function scoreOf(label: unknown, pairwise: boolean): number | undefined {
  if (pairwise) return typeof label === 'string' && Object.hasOwn(pairWords, label) ? pairWords[label] : undefined;
  if (typeof label === 'number') return label >= 0 && label <= 1 ? label : undefined;
  return typeof label === 'string' && Object.hasOwn(words, label) ? words[label] : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const wrong = (what: string, file: string, line: number): Problem => ({
  code: 'LABEL_INVALID',
  severity: 'error',
  message: `This line ${what}.`,
  hint: 'A label is {"caseId": "…", "output": "…", "label": "pass", "author": "human", "at": "2026-01-31"}.',
  file,
  line,
});
