// Many handovers → what is stored and shown: newest attempts only, each run once, bundles that the store takes.
import type { RunOrigin } from '../formats/run.ts';
import { worstVerdict, type Verdict } from '../formats/verdict.ts';
import type { Bundle, StoredRun } from '../ports/store.ts';
import type { Section } from '../report/index.ts';
import { maxRunsPerBundle } from './limits.ts';
import { handoverName, type Handover } from './manifest.ts';

/** The newest attempt of each step, in the order of their sections. */
export function newestHandovers(handovers: readonly Handover[]): readonly Handover[] {
  const newest = new Map<string, Handover>();
  for (const handover of handovers) {
    const name = handoverName(handover.manifest);
    const known = newest.get(name);
    if (known === undefined || known.manifest.producer.attempt < handover.manifest.producer.attempt)
      newest.set(name, handover);
  }
  return [...newest.values()].toSorted((a, b) => byText(a.manifest.section, b.manifest.section));
}

export const sectionsOf = (handovers: readonly Handover[]): readonly Section[] =>
  handovers.map(({ manifest, report }) => ({
    key: manifest.section,
    report,
    ...(manifest.reportUrl !== undefined && { reportUrl: manifest.reportUrl }),
  }));

/** Advice fails nothing. Nothing at all is an error: nobody has judged. */
export function collectedVerdict(handovers: readonly Handover[]): Verdict {
  return worstVerdict(
    handovers.map(({ report }) => (report.advisory === true && report.verdict !== 'error' ? 'pass' : report.verdict)),
  );
}

/**
 * Bundles of at most 1000 runs, sorted by id, so that the same handovers are the same bundles.
 * @param known ids that the store has already: a job that is run again pushes nothing twice
 */
export function bundlesOf(handovers: readonly Handover[], known: ReadonlySet<string>): readonly Bundle[] {
  const runs = new Map<string, StoredRun>();
  const operations = new Map<string, Bundle['operations'][number]>();
  for (const { bundle } of handovers) {
    for (const stored of bundle.runs) if (!known.has(stored.run.id)) runs.set(stored.run.id, stored);
    for (const operation of bundle.operations) if (!known.has(operation.id)) operations.set(operation.id, operation);
  }
  const sorted = [...runs.values()].toSorted((a, b) => byText(a.run.id, b.run.id));
  const parts = Array.from({ length: Math.ceil(sorted.length / maxRunsPerBundle) }, (_, part) =>
    sorted.slice(part * maxRunsPerBundle, (part + 1) * maxRunsPerBundle),
  );
  const said = [...operations.values()].toSorted((a, b) => byText(a.id, b.id));
  if (parts.length === 0) return said.length === 0 ? [] : [{ runs: [], operations: said }];
  return parts.map((part, index) => ({ runs: part, operations: index === 0 ? said : [] }));
}

/** Where the runs come from, by the collecting job's own event: one place to believe, not one for each leg. */
export function withOrigin(handover: Handover, origin: RunOrigin): Handover {
  const { bundle } = handover;
  const runs = bundle.runs.map(({ run, results }) => ({
    run: { ...run, origin: { ...run.origin, ...origin } },
    results,
  }));
  return { ...handover, bundle: { ...bundle, runs } };
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
