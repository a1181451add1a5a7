// The use case: reads policy, rows and both models' answers through ports, lets the numbers judge, and tells it.
import type { Outcome } from '../formats/outcome.ts';
import { hasErrors, type Problem } from '../formats/problem.ts';
import type { RunContext } from '../formats/run-context.ts';
import type { Run } from '../formats/run.ts';
import type { History } from '../ports/history.ts';
import type { ModelEndpoints } from '../ports/model-endpoint.ts';
import type { Registry } from '../ports/registry.ts';
import type { Store } from '../ports/store.ts';
import { policyOf, withColumnInputs } from './ad-hoc-policy.ts';
import { resolveBaseline, type Baseline } from './baseline.ts';
import { evidenceBeside } from './beside.ts';
import { compareModels } from './compare.ts';
import { findCandidate, type CandidateFiles } from './candidate.ts';
import { gatherEvidence, type Evidence } from './gather.ts';
import type { EvalGateInputs } from './inputs.ts';
import { leakageProblems } from './leakage.ts';
import { dataNameOf, findLook, lookParams, lookProblem, type Look } from './looks.ts';
import { predictionLines } from './prediction-lines.ts';
import type { EvidencePorts } from './read-evidence.ts';
import type { ReadPolicy } from './read-policy.ts';
import { gateRun } from './record.ts';
import { candidateRun, withCosts } from './resources-gate.ts';
import { rememberRuns, type RunModels } from './resources-models.ts';
import { errorReport, gateReport } from './section.ts';
import { selfCheckOutcome } from './self-check-report.ts';
import type { Against, TaskEvidence } from './task.ts';
import { inputsOfVariant } from './variant.ts';
import { ageText } from './words.ts';

export interface GateWorld extends EvidencePorts {
  readonly history: History;
  readonly registry: Registry;
  readonly context: RunContext;
  /**
   * Which earlier candidates a pull request judged on the same rows (left out, looks are not counted), what production
   * answered before, and eval runs.
   */
  readonly store?: Pick<Store, 'list' | 'read' | 'readResult'> | undefined;
  /** Left out, an endpoint cannot be judged. */
  readonly endpoints?: ModelEndpoints;
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
  const read = await policyOf(inputs, world.workspace);
  if (read.value === undefined) return usageOutcome(inputs.policy ?? 'eval-gate', read.problems);
  const noLook = lookProblem(inputs.look);
  if (noLook !== undefined) return usageOutcome(read.value.policy.name, [noLook]);
  const sides = inputsOfVariant(inputs, read.value.policy);
  if (sides.value === undefined) return usageOutcome(read.value.policy.name, sides.problems);
  const found = await findCandidate(sides.value, read.value.policy, world);
  if (found.value === undefined) return usageOutcome(read.value.policy.name, found.problems);
  const runs = rememberRuns(world.scorer, world.context.progress);
  const judging: Judging = { inputs, world, read: read.value, candidate: found.value, runs, warnings: read.problems };
  const baseline = await resolveBaseline(
    {
      asked: sides.value.baseline,
      policy: read.value.policy,
      modelPath: read.value.policy.model ?? found.value.path,
      predictions: inputs['baseline-predictions'],
      ...(found.value.evalSide !== undefined && { evals: { candidate: found.value.evalSide.stored, world } }),
    },
    world,
  );
  // Shown at the policy: an annotation needs a file.
  if (baseline.state === 'unreadable')
    return errorOutcome(judging, [{ file: read.value.path, ...baseline.problem }], baseline);
  const gathered = await gatherEvidence(
    { ...world, scorer: runs.scorer },
    { inputs: sides.value, policy: read.value.policy, place: read.value.place, candidate: found.value, baseline },
  );
  const evidence = {
    ...gathered,
    problems: [...withColumnInputs(gathered.problems, read.value), ...(await leaks(judging, gathered.value))],
  };
  // A file that is not there is a mistake of whoever named it; one that cannot be read leaves the gate without an answer.
  if (evidence.problems.some(({ code }) => code === 'DATA_MISSING'))
    return usageOutcome(read.value.policy.name, evidence.problems);
  if (evidence.value === undefined || hasErrors(evidence.problems))
    return errorOutcome(judging, evidence.problems, baseline);
  return judgedOutcome({ ...judging, warnings: [...judging.warnings, ...evidence.problems] }, evidence.value, baseline);
}

async function leaks(judging: Judging, evidence: Evidence | undefined): Promise<readonly Problem[]> {
  if (evidence === undefined) return [];
  const { world, read, candidate } = judging;
  return leakageProblems(world, {
    policy: read.policy,
    evidence: evidence.task,
    candidate: candidateRun(judging),
    table: evidence.table,
    predictions: candidate.predictions,
  });
}

interface Judging {
  readonly inputs: EvalGateInputs;
  readonly world: GateWorld;
  readonly read: ReadPolicy;
  readonly candidate: CandidateFiles;
  readonly runs: RunModels;
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
    params: givenParams(judging),
    results,
  });
  return { report, run, results, usage: false };
}

async function judgedOutcome(judging: Judging, evidence: Evidence, baseline: Baseline): Promise<Outcome> {
  const { inputs, world, read, candidate } = judging;
  const { policy } = read;
  const files = [policyInput(judging), ...candidate.inputs, ...evidence.inputs];
  const data = dataNameOf(evidence.inputs, inputs.data ?? policy.data.path);
  const seed = seedOf([candidate.digest, data], world.context);
  const same = evidence.baselineDigest !== undefined && evidence.baselineDigest === evidence.candidateDigest;
  if (inputs['self-check'] === true) {
    // What a search would find anew in every round is left out, and the report says so.
    const asking = { table: evidence.table, same, seed, against: againstOf(baseline), place: read.place };
    const beside = await evidenceBeside(world, {
      ...asking,
      evidence: evidence.task,
      policy: { ...policy, slices: undefined },
    });
    if (beside.value === undefined) return errorOutcome(judging, beside.problems, baseline);
    const plan = { seed, same, progress: world.context.progress, beside: beside.value.again };
    return selfCheckOutcome({
      read,
      evidence: evidence.task,
      plan,
      problems: [...judging.warnings, ...beside.problems],
      reproduce: commandOf(judging),
    });
  }
  const ran = { policy, candidate, baseline, runs: judging.runs, seed, context: world.context };
  const { evidence: task, more } = await withCosts(world.scorer, evidence.task, ran);
  const asked = { asked: inputs.look, name: policy.name, subject: candidate.digest, data, file: read.path };
  const look = task.compared ? await findLook(asked, world) : undefined;
  world.context.progress(`comparing on ${task.rows} ${task.unit ?? 'rows'}`);
  const against = againstOf(baseline);
  const asking = { policy, table: evidence.table, same, seed, alpha: look?.alpha, against, place: read.place };
  const beside = await evidenceBeside(world, { ...asking, evidence: task });
  if (beside.value === undefined) return errorOutcome(judging, beside.problems, baseline);
  const asMore = { more: [...beside.value.more, ...more], found: beside.value.found };
  const { judgement, slices, leftOut } = compareModels(policy, { evidence: task, same, seed, ...asMore, ...look });
  const lines = predictionLines(task);
  const report = gateReport({
    policy,
    ...{ judgement, slices, leftOut },
    evidence: task,
    against,
    ...(baseline.state === 'absent' && { absent: baseline.why }),
    look,
    beside: beside.value.blocks,
    problems: [...judging.warnings, ...beside.problems, ...(look?.problems ?? [])],
    footer: { baseline: baselineWords(baseline, world.context), reproduce: commandOf(judging, look) },
    smallPrint: [
      ...evidence.smallPrint,
      ...smallPrint(task, { seed, same, kept: lines !== undefined }),
      ...beside.value.smallPrint,
      ...(look?.words ?? []),
    ],
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
    params: {
      seed,
      threshold: policy.threshold,
      intervals: policy.intervals,
      resamples: policy.resamples,
      ...lookParams(look, data),
      ...(lines !== undefined && evidence.params),
      ...evidence.given,
      ...givenParams(judging),
    },
    judgement,
    rows: task.rows,
    results,
  });
  return { report, run, results, usage: false };
}

/** What promotes asks for a policy that somebody could review, and for the rows that it names. */
const givenParams = ({ read: { adHoc, policy }, inputs: { data } }: Judging): Run['params'] => ({
  ...(adHoc === true && { policy: 'inputs' }),
  ...(data !== undefined && policy.data.path !== undefined && data !== policy.data.path && { rows: 'inputs' }),
});

const policyInput = ({ read, world }: Judging) =>
  ({
    role: 'policy',
    ...(read.adHoc !== true && { path: read.path }),
    digest: world.context.sha256(read.text),
  }) as const;

/**
 * Follows from the candidate and the rows alone, which is what looks are counted by: whoever wants other draws, by an
 * input or a comment in the policy, gets the same, and a candidate that differs by a byte is a look of its own.
 */
const seedOf = (named: readonly string[], context: RunContext): number =>
  Number.parseInt(
    context
      .sha256(named.join('\n'))
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
function commandOf({ inputs, read }: Judging, look?: Look): string {
  const given = { ...inputs, policy: read.adHoc === true ? undefined : read.path, look: look?.number ?? inputs.look };
  const options = Object.entries(given).flatMap(([name, value]) => {
    const asUsual = value === 'auto' && (name === 'baseline' || name === 'onnx-runtime');
    if (value === undefined || value === false || asUsual) return [];
    return [value === true ? `--${name}` : `--${name} ${shellWord(String(value))}`];
  });
  return ['pawl gate', ...options].join(' ');
}

const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
