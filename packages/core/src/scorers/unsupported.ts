// Assertions that people have and that are not run here. They are known by name, so a suite that has one is told why
// instead of being told of a typo; a case with one is never a pass.
import type { Scorer, ScorerTable } from './scorer.ts';
import { cannotTell } from './verdicts.ts';

const language = (name: string): string => `${name} would run outside of every limit, with the rights of this process`;
const scriptHint = 'Write it as a "python" or "javascript" assertion, or serve it for a "webhook" one.';

/** Name, why not, and what to do instead. */
const reasons: readonly (readonly [string, string, string])[] = [
  ['ruby', language('Ruby'), scriptHint],
  ['meteor', 'METEOR needs the WordNet database for synonyms, which is not here', 'Use "rouge-l" or "similar".'],
];

const unsupported =
  (type: string, why: string, hint: string): Scorer =>
  () =>
    cannotTell(`"${type}" is not supported: ${why}`, hint);

export const unsupportedScorers: ScorerTable = new Map(
  reasons.map(([type, why, hint]) => [type, unsupported(type, why, hint)]),
);

/** Told when a suite is read, before anything is spent on a case that can never be judged. */
export const unsupportedReasons: ReadonlyMap<string, { readonly why: string; readonly hint: string }> = new Map(
  reasons.map(([type, why, hint]) => [type, { why, hint }]),
);
