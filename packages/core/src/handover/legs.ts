// Who did not hand over. A gate that never ran is no gate that passed, so a collect job names what it misses, as far
// as anybody knows: names the workflow gives, the size of a matrix as its other legs saw it, results of needed jobs.
import type { Handover } from './manifest.ts';

export interface ExpectedLegs {
  /** Names that must be there: a job, a matrix leg's values, or both as `job (values)`. */
  readonly names: readonly string[];
  /** Result of each job in the workflow's `needs`: `success`, `failure`, `cancelled`, `skipped`. */
  readonly needs: Readonly<Record<string, string>>;
}

export interface LegCount {
  readonly there: number;
  readonly expected: number;
  /** One sentence each; empty when nobody is known to be missing. */
  readonly missing: readonly string[];
}

export function countLegs(handovers: readonly Handover[], { names, needs }: ExpectedLegs): LegCount {
  const producers = handovers.map(({ manifest }) => manifest.producer);
  const named = names.filter(
    (name) => !producers.some(({ job, leg }) => name === leg || name === job || name === `${job} (${leg ?? ''})`),
  );
  const missing = named.map((name) => `leg ${quoted(name)} is missing: ${whyMissing(name, needs)}`);
  // A name that is no job's is a leg's: those are told already, and not once more by their place in the matrix.
  let told = named.filter((name) => !Object.hasOwn(needs, name)).length;
  let unnamed = 0;
  for (const [job, own] of Map.groupBy(producers, (producer) => producer.job)) {
    const legs = Math.max(...own.map((producer) => producer.legs ?? 1));
    const there = new Set(own.map((producer) => producer.legIndex ?? 0));
    const absent = Array.from({ length: Math.min(legs, 300) }, (_, index) => index).filter(
      (index) => !there.has(index),
    );
    const rest = absent.slice(told);
    told -= absent.length - rest.length;
    unnamed += rest.length;
    missing.push(
      ...rest.map(
        (index) =>
          `leg ${index + 1} of ${legs} of job ${quoted(job)} is missing: its job did not finish, or did not get as far as its gate`,
      ),
    );
  }
  for (const [job, result] of Object.entries(needs)) {
    const silent = result !== 'success' && !producers.some((producer) => producer.job === job) && !named.includes(job);
    if (!silent) continue;
    unnamed += 1;
    missing.push(`job ${quoted(job)} handed nothing over: ${resultWords(result)}`);
  }
  const there = new Set(producers.map(({ job, leg, legIndex }) => JSON.stringify([job, leg, legIndex]))).size;
  return { there, expected: there + named.length + unnamed, missing };
}

/** "3 of 4 legs handed over; leg `py3.12` is missing: its job did not finish". */
export const legWords = ({ there, expected, missing }: LegCount): string =>
  [`${there} of ${expected} ${expected === 1 ? 'leg' : 'legs'} handed over`, ...missing.slice(0, 20)].join('; ');

function whyMissing(name: string, needs: Readonly<Record<string, string>>): string {
  const result = needs[name] ?? needs[name.replace(/ \(.*\)$/, '')];
  return result === undefined || result === 'success' ? 'its job did not finish' : resultWords(result);
}

function resultWords(result: string): string {
  if (result === 'skipped') return 'it was skipped';
  if (result === 'cancelled') return 'it was cancelled';
  return 'its job did not finish';
}

const quoted = (text: string): string => `\`${text.slice(0, 100)}\``;
