// The use case: reads policy, rows and both models' answers through ports, lets the numbers judge, and tells it.
import type { Outcome } from '../formats/outcome.ts';
import { hasErrors, type Problem } from '../formats/problem.ts';
import type { RunContext } from '../formats/run-context.ts';
import type { History } from '../ports/history.ts';
import type { Registry } from '../ports/registry.ts';
import { resolveBaseline, type Baseline } from './baseline.ts';
import { compareModels } from './compare.ts';
import { findCandidate, type CandidateFiles } from './candidate.ts';
import { gatherEvidence, type Evidence } from './gather.ts';
import type { EvalGateInputs } from './inputs.ts';
import { predictionLines } from './prediction-lines.ts';
import type { EvidencePorts } from './read-evidence.ts';
import { readPolicy, type ReadPolicy } from './read-policy.ts';
import { gateRun } from './record.ts';
import { errorReport, gateReport } from './section.ts';
import type { Against, TaskEvidence } from './task.ts';
import { ageText } from './words.ts';

export interface GateWorld extends EvidencePorts {
  readonly history: History;
  readonly registry: Registry;
  readonly context: RunContext;
}

/**
 * Judges a candidate model against the one in production.
 * @returns an outcome, whatever happens to the user's files: problems are in its report; `usage` is true where
 * policy, inputs or named files are wrong, and there is then no run
 */
export async function gateModel({
  inputs,
  ...world
}: GateWorld & { readonly inputs: EvalGateInputs }): Promise<Outcome> {
  const read = await readPolicy(inputs.policy, world.workspace);
  if (read.value === undefined) return usageOutcome(inputs.policy ?? 'eval-gate', read.problems);
  const found = await findCandidate(inputs, read.value.policy, world.workspace);
  if (found.value === undefined) return usageOutcome(read.value.policy.name, found.problems);
  const judging: Judging = { inputs, world, read: read.value, candidate: found.value, warnings: read.problems };
  const baseline = await resolveBaseline(
    {
      asked: inputs.baseline,
      policy: read.value.policy,
      modelPath: read.value.policy.model ?? found.value.path,
      predictions: inputs['baseline-predictions'],
    },
    world,
  );
  // Shown at the policy: an annotation needs a file.
  if (baseline.state === 'unreadable')
    return errorOutcome(judging, [{ file: read.value.path, ...baseline.problem }], baseline);
  const evidence = await gatherEvidence(world, { inputs, policy: read.value.policy, candidate: found.value, baseline });
  // A file that is not there is a mistake of whoever named it; one that cannot be read leaves the gate without an answer.
  if (evidence.problems.some(({ code }) => code === 'DATA_MISSING'))
    return usageOutcome(read.value.policy.name, evidence.problems);
  if (evidence.value === undefined || hasErrors(evidence.problems))
    return errorOutcome(judging, evidence.problems, baseline);
  return judgedOutcome({ ...judging, warnings: [...judging.warnings, ...evidence.problems] }, evidence.value, baseline);
}

interface Judging {
  readonly inputs: EvalGateInputs;
  readonly world: GateWorld;
  readonly read: ReadPolicy;
  readonly candidate: CandidateFiles;
  readonly warnings: readonly Problem[];
}

function usageOutcome(name: string, problems: readonly Problem[]): Outcome {
  return { report: errorReport(name, problems), results: {}, usage: true };
}

async function errorOutcome(judging: Judging, problems: readonly Problem[], baseline: Baseline): Promise<Outcome> {
  const { read, world, candidate } = judging;
  const report = errorReport(read.policy.name, [...judging.warnings, ...problems], {
    advisory: read.policy.advisory,
    footer: { reproduce: commandOf(judging) },
  });
  const results = { 'report.json': JSON.stringify(report) };
  const run = gateRun({
    policy: read.policy,
    report,
    context: world.context,
    subject: candidate.digest,
    ...sourceOf(baseline),
    inputs: [policyInput(judging), ...candidate.inputs],
    params: {},
    results,
  });
  return { report, run, results, usage: false };
}

async function judgedOutcome(judging: Judging, evidence: Evidence, baseline: Baseline): Promise<Outcome> {
  const { inputs, world, read, candidate } = judging;
  const { policy } = read;
  const { task } = evidence;
  const files = [policyInput(judging), ...candidate.inputs, ...evidence.inputs];
  const seed =
    inputs.seed ??
    seedOf(
      files.map(({ digest }) => digest),
      world.context,
    );
  const same = evidence.baselineDigest !== undefined && evidence.baselineDigest === evidence.candidateDigest;
  world.context.progress(`comparing on ${task.rows} rows`);
  const { judgement, slices } = compareModels(policy, { evidence: task, same, seed });
  const lines = predictionLines(task);
  const report = gateReport({
    policy,
    judgement,
    slices,
    evidence: task,
    against: againstOf(baseline),
    ...(baseline.state === 'absent' && { absent: baseline.why }),
    problems: judging.warnings,
    footer: { baseline: baselineWords(baseline, world.context), reproduce: commandOf(judging) },
    smallPrint: smallPrint(task, { seed, same, kept: lines !== undefined }),
    place: read.place,
  });
  const results = {
    'report.json': JSON.stringify(report),
    ...(lines !== undefined && { 'predictions.jsonl': lines }),
  };
  const run = gateRun({
    policy,
    report,
    context: world.context,
    subject: candidate.digest,
    ...sourceOf(baseline),
    inputs: files,
    params: { seed, threshold: policy.threshold, intervals: policy.intervals, resamples: policy.resamples },
    judgement,
    rows: task.rows,
    results,
  });
  return { report, run, results, usage: false };
}

const policyInput = ({ read, world }: Judging) =>
  ({ role: 'policy', path: read.path, digest: world.context.sha256(read.text) }) as const;

/** The same evidence gives the same draws, on every machine. */
const seedOf = (digests: readonly string[], context: RunContext): number =>
  Number.parseInt(
    context
      .sha256(digests.join('\n'))
      .replace(/^sha256:/, '')
      .slice(0, 8),
    16,
  );

function sourceOf(baseline: Baseline) {
  if (baseline.state === 'present') return { baseline: baseline.source };
  return baseline.state === 'absent' ? { baseline: { source: 'none' as const } } : {};
}

const againstOf = (baseline: Baseline): Against =>
  baseline.state === 'present' && baseline.source.source === 'label' ? 'production' : 'baseline';

function baselineWords(baseline: Baseline, context: RunContext): string {
  if (baseline.state !== 'present') return `none: ${baseline.state === 'absent' ? baseline.why : 'unreadable'}`;
  const age = ageText(baseline.source.date, context.startedAt);
  const label = baseline.source.source === 'label' ? 'production, ' : '';
  return age === undefined && label === '' ? baseline.words : `${baseline.words} (${label}${age ?? 'of unknown age'})`;
}

function smallPrint(task: TaskEvidence, how: { seed: number; same: boolean; kept: boolean }): string[] {
  return [
    ...task.smallPrint,
    `Seed ${how.seed}.`,
    ...(how.same ? ['Both sides are the same file, byte for byte.'] : []),
    ...(how.kept ? [] : ['The predictions are larger than 1 MB and are not kept with the run.']),
  ];
}

/** The command that gives the same verdict on a laptop. */
function commandOf({ inputs, read }: Judging): string {
  const options = Object.entries({ ...inputs, policy: read.path }).flatMap(([name, value]) =>
    value === undefined || (name === 'baseline' && value === 'auto') ? [] : [`--${name} ${shellWord(String(value))}`],
  );
  return ['pawl gate', ...options].join(' ');
}

const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
