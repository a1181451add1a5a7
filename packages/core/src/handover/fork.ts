// A handover of a fork: what it says of itself is compared with the event, and what it must not say refuses it. The
// run's record is made anew of fields we know; where it comes from is taken from GitHub alone.
import type { Problem } from '../formats/problem.ts';
import type { Report } from '../formats/report.ts';
import type { Run, RunOrigin } from '../formats/run.ts';
import { ulidTime } from '../formats/ulid.ts';
import type { Handover } from './manifest.ts';
import { handoverProblem } from './read-handover.ts';

/** A moment in both spellings: core has no clock and no calendar. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** The same as ISO 8601 in UTC, `2026-11-21T09:30:00.000Z`: such texts sort as their times do. */
  readonly iso: string;
}

/** What GitHub itself says of the workflow run, and of the pull request it ran for. */
export interface ForkEvent {
  readonly repository: string;
  readonly pullRequest: number;
  /** Head commit of the workflow run, and of the pull request by the API. */
  readonly commit: string;
  /** `mallory:topic`: the fork's owner and its branch. */
  readonly branch: string;
  readonly actor: string;
  /** Link to the workflow run. */
  readonly url: string;
  readonly workflowRun: string;
  readonly attempt: number;
  readonly started: Moment;
  readonly ended: Moment;
}

/** @returns problems, or what may be stored and shown */
export function receiveFromFork(
  handover: Handover,
  source: string,
  event: ForkEvent,
): { readonly handover: Handover } | { readonly problems: readonly Problem[] } {
  const wrong = wrongClaim(handover, event);
  if (wrong !== undefined) return { problems: [handoverProblem(source, wrong)] };
  const { manifest, report, bundle } = handover;
  const runs = bundle.runs.map(({ run, results }) => ({ run: ownRecord(run, source, event), results }));
  return {
    handover: {
      // The key differs from that of every run of our own: a fork must not stand in for a gate of ours.
      manifest: { ...manifest, section: `${forkMark} ${manifest.section}`, reportUrl: event.url },
      report: asReported(report),
      bundle: { runs, operations: [] },
    },
  };
}

/** First word of a fork's sections and checks. */
export const forkMark = 'fork';

function wrongClaim({ manifest, bundle }: Handover, event: ForkEvent): string | undefined {
  const { pullRequest, commit } = manifest;
  if (pullRequest !== undefined && pullRequest !== event.pullRequest)
    return `it speaks of pull request ${pullRequest}, and the workflow ran for ${event.pullRequest}`;
  if (commit !== undefined && commit !== event.commit)
    return `it speaks of commit ${commit.slice(0, 12)}, and the workflow ran on ${event.commit.slice(0, 12)}`;
  if (bundle.operations.length > 0) return 'it holds operations: a fork may hide, pin or roll out nothing';
  for (const { run } of bundle.runs) {
    const time = ulidTime(run.id);
    // Lists are sorted by id: one of another day would stand above every run to come, or rewrite what was.
    if (time < event.started.time || time > event.ended.time)
      return `the id of run ${run.id} was not made while the workflow ran`;
    for (const said of [run.startedAt, run.endedAt ?? run.startedAt]) {
      if (!isIso(said) || said < event.started.iso || said > event.ended.iso)
        return `run ${run.id} says it took place at ${JSON.stringify(said.slice(0, 40))}, when the workflow did not run`;
    }
  }
  return undefined;
}

const isIso = (text: string): boolean => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text);

/** Tags, artifacts, what we do not know, and the producer (which could supersede our own runs in lists) are left behind. */
function ownRecord(run: Run, source: string, event: ForkEvent): Run {
  const { schema, id, kind, name, verdict, advisory, headline, startedAt, endedAt, subject, baseline } = run;
  const { inputs, params, metrics, results, costUsd, environment } = run;
  return {
    schema,
    id,
    kind,
    name,
    ...(verdict !== undefined && { verdict }),
    ...(advisory !== undefined && { advisory }),
    ...(headline !== undefined && { headline }),
    startedAt,
    ...(endedAt !== undefined && { endedAt }),
    origin: originOf(event),
    ...(subject !== undefined && { subject }),
    ...(baseline !== undefined && { baseline }),
    inputs,
    params,
    metrics,
    producer: { key: `fork ${event.workflowRun} ${source}`, attempt: event.attempt },
    results,
    ...(costUsd !== undefined && { costUsd }),
    ...(environment !== undefined && { environment }),
  };
}

const originOf = (event: ForkEvent): RunOrigin => ({
  repository: event.repository,
  commit: event.commit,
  branch: event.branch,
  pullRequest: event.pullRequest,
  actor: event.actor,
  url: event.url,
  trust: 'fork',
});

export const reportedByFork =
  "Reported by the fork's own run: its code ran the gate, and could have changed what the gate says.";

/** A pass that a stranger reports is no evidence: it is shown as inconclusive, with what was said. Bad news stays. */
function asReported(report: Report): Report {
  const passed = report.verdict === 'pass';
  return {
    ...report,
    verdict: passed ? 'inconclusive' : report.verdict,
    // An advisory report would turn its failure into a note.
    advisory: false,
    headline: `${passed ? "the fork's own run says pass" : "by the fork's own run"}: ${report.headline}`,
    blocks: [{ type: 'text', text: [{ text: reportedByFork, style: 'muted' }] }, ...report.blocks],
  };
}
