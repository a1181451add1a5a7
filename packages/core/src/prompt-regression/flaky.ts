// Cases whose answers do not agree with each other, and cases that somebody took out of the judgement for a while.
import type { Quarantine } from '../formats/eval-suite.ts';
import type { Problem } from '../formats/problem.ts';
import type { CaseResult, SideResult } from './results.ts';

/** Two answers that differ may be chance of any case; three show which case it is. */
export const flakyFrom = 3;

export interface FlakyCase {
  readonly id: string;
  readonly side: 'baseline' | 'candidate';
  readonly passed: number;
  readonly repeats: number;
}

/**
 * A case is flaky when three or more repeats of the baseline do not agree: nothing was changed there, so its scorers or
 * its model waver. Without a baseline the candidate's own repeats tell.
 */
export function flakyCases(results: readonly CaseResult[]): readonly FlakyCase[] {
  return results.flatMap(({ case: { id }, after, before }): readonly FlakyCase[] => {
    const side: SideResult | undefined = before ?? after;
    if (side === undefined || side.pass === 0 || side.pass === 1) return [];
    const { repeats } = side;
    if (repeats.length < flakyFrom) return [];
    const passed = repeats.filter(({ pass }) => pass).length;
    return [{ id, side: before === undefined ? 'candidate' : 'baseline', passed, repeats: repeats.length }];
  });
}

export interface Quarantines {
  /** By id of the case. */
  readonly held: ReadonlyMap<string, Quarantine>;
  readonly problems: readonly Problem[];
}

/**
 * Which quarantines hold on a day. One that is over counts for nothing and is told, as is one of a case that does not exist.
 * @param today ISO 8601; only its day is read
 */
export function readQuarantines(
  quarantines: readonly Quarantine[],
  { ids, today, file }: { readonly ids: ReadonlySet<string>; readonly today: string; readonly file: string },
): Quarantines {
  const held = new Map<string, Quarantine>();
  const problems: Problem[] = [];
  const warn = (code: string, message: string, hint: string): void => {
    problems.push({ code, severity: 'warning', message, hint, file });
  };
  for (const quarantine of quarantines) {
    const { id, until, reason } = quarantine;
    if (!ids.has(id))
      warn(
        'QUARANTINE_OF_NOTHING',
        `The case "${id}" is in quarantine, but there is none of that name.`,
        'Remove the entry, or correct the name.',
      );
    else if (until !== undefined && today.slice(0, 10) > until)
      warn(
        'QUARANTINE_OVER',
        `The quarantine of case "${id}" ended on ${until} (${reason}); it counts again.`,
        'Remove the entry, or give it a later day if the reason still holds.',
      );
    else held.set(id, quarantine);
  }
  return { held, problems };
}
