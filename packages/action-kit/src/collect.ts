// `mode: collect`: the job after a matrix. What its legs handed over becomes one push, one comment and one verdict.
import { exitCodes, hasErrors, worstVerdict, type Problem, type Report, type RunOrigin } from '@pawl/core';
import {
  collectedVerdict,
  countLegs,
  legWords,
  newestHandovers,
  sectionsOf,
  withOrigin,
  type Handover,
  type LegCount,
} from '@pawl/core/handover';
import type { Section } from '@pawl/core/report';
import { artifactsOfThisRun, takesArtifacts } from '@pawl/github';
import { annotateProblem, worldRequest, type ModeRequest } from './place.ts';
import { readArtifacts, wantedArtifacts } from './read-artifacts.ts';
import { showSections } from './show-sections.ts';
import { storeHandovers } from './store-handovers.ts';

export async function collect(request: ModeRequest): Promise<number> {
  const { action, runner, settings, files } = request;
  const { event } = runner;
  files.log(`${action.title}: collecting what other jobs of this workflow run handed over`);
  const gathered = await gather(request);
  const handovers = newestHandovers(gathered.handovers).map((handover) => withOrigin(handover, originOf(request)));
  const count = countLegs(handovers, { names: settings.legs ?? [], needs: resultsOf(settings.needs) });
  const said = problemsOf(gathered.problems, handovers, count);
  const headline = legWords(count);
  files.log(headline);
  // A fork's run may write nothing here either: its legs' artifacts wait for `mode: publish`.
  const stored =
    event.fork || settings.store === 'false' || handovers.length === 0
      ? { ids: [], added: 0, problems: [] }
      : await store(request, handovers);
  if (stored.added > 0) files.log(`${stored.added} ${stored.added === 1 ? 'run' : 'runs'} stored with one push`);

  const missing = missingSection(request, headline, said);
  const sections = [...sectionsOf(handovers), ...missing];
  const verdict = worstVerdict([collectedVerdict(handovers), ...missing.map(({ report }) => report.verdict)]);
  const shown = await showSections(request, {
    sections,
    verdict,
    headline,
    ...(!event.fork &&
      event.headSha !== undefined && {
        target: {
          headSha: event.headSha,
          ...(event.pullRequest !== undefined && { pullRequest: event.pullRequest }),
          ...(runner.runUrl !== undefined && { runUrl: runner.runUrl }),
        },
      }),
    ...(missing.length === 0 && { retired: { key: missingKey(request), title: headline } }),
  });
  for (const problem of [...said, ...stored.problems, ...shown.problems]) annotateProblem(files, problem);
  await files.setOutputs({ ...shown.outputs, 'run-id': stored.ids.join(','), 'report-url': '' });
  if (verdict === 'pass') return 0;
  if (hasErrors(said) || settings.failOn.includes(verdict)) {
    files.annotate({ level: 'error', title: `Pawl: the gates say ${verdict}`, message: headline });
    return exitCodes[verdict];
  }
  files.log(`The verdict is ${verdict}; "fail-on" lets the step go on.`);
  return 0;
}

async function gather({
  runner,
}: ModeRequest): Promise<{ readonly handovers: readonly Handover[]; readonly problems: readonly Problem[] }> {
  if (!takesArtifacts(runner.env)) {
    return {
      handovers: [],
      problems: [
        {
          code: 'HANDOVER_NO_ARTIFACTS',
          severity: 'error',
          message: 'This runner has no artifacts to collect from.',
          hint: 'Use `mode: collect` in a workflow on GitHub; elsewhere `pawl store collect` reads folders.',
        },
      ],
    };
  }
  const fetched = await artifactsOfThisRun(wantedArtifacts);
  const { handovers, problems } = readArtifacts(fetched.artifacts);
  return { handovers: handovers.map(({ handover }) => handover), problems: [...fetched.problems, ...problems] };
}

function problemsOf(problems: readonly Problem[], handovers: readonly Handover[], count: LegCount): readonly Problem[] {
  const missing = count.missing.map((words): Problem => ({
    code: 'LEG_MISSING',
    severity: 'error',
    message: `${words.charAt(0).toUpperCase()}${words.slice(1)}.`,
    hint: 'Look at the log of that job. A gate that did not run has not passed.',
  }));
  const none: readonly Problem[] =
    handovers.length > 0 || hasErrors([...problems, ...missing])
      ? []
      : [
          {
            code: 'HANDOVER_NONE',
            severity: 'error',
            message: 'No job of this workflow run has handed anything over, so there is nothing to judge.',
            hint: 'Give the gates of the matrix `store: artifact`, and this job `needs:` them and `if: always()`.',
          },
        ];
  return [...problems, ...missing, ...none];
}

/** Nobody judged what is missing, and the comment says so in a section of its own. */
function missingSection(request: ModeRequest, headline: string, problems: readonly Problem[]): readonly Section[] {
  if (!hasErrors(problems)) return [];
  const report: Report = {
    schema: 'pawl.report/1',
    kind: request.action.slug,
    name: 'collect',
    verdict: 'error',
    headline,
    comparison: 'not all gates were judged',
    n: null,
    blocks: [],
    findings: [],
    problems: problems.map((problem) => ({ ...problem })),
    footer: {},
  };
  return [{ key: missingKey(request), report }];
}

const missingKey = ({ action }: ModeRequest): string => `${action.slug} collect`;

async function store(request: ModeRequest, handovers: readonly Handover[]) {
  await using world = await request.openWorld(worldRequest(request));
  // Awaited here: the world is closed when this function is left.
  return await storeHandovers(world.store, handovers);
}

/** By this job's own event: what a leg says of itself need not be believed. */
function originOf(request: ModeRequest): RunOrigin {
  return worldRequest(request).origin;
}

function resultsOf(needs: string | undefined): Readonly<Record<string, string>> {
  try {
    const value: unknown = JSON.parse(needs ?? '{}');
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(
      Object.entries(value).map(([job, said]: [string, unknown]) => [
        job,
        typeof said === 'object' && said !== null && 'result' in said ? String(said.result) : 'unknown',
      ]),
    );
  } catch {
    return {};
  }
}
