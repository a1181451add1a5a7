// Each fairness rule of a policy as a metric of the report: the groups are read, counted, and judged by the rule.
import type { FairnessRule } from '../formats/gate-fairness.ts';
import type { GatePolicy } from '../formats/gate-policy.ts';
import type { Problem, Read } from '../formats/problem.ts';
import type { Block } from '../formats/report.ts';
import { worstVerdict } from '../formats/verdict.ts';
import type { DataEngine } from '../ports/data-engine.ts';
import { judgeNonInferiority } from '../statistics/non-inferiority.ts';
import { rowsProblem } from './alignment.ts';
import { fairnessName } from './business-policy.ts';
import type { MetricEvidence, MetricJudgement } from './decide.ts';
import { gapChange } from './fairness-change.ts';
import { countGroups, gapOf, judgeGap, rateOf, ratesOf, type Finding, type Gap, type Group } from './fairness.ts';
import { fairnessBlock, groupText, metricTitles } from './fairness-words.ts';
import { orientedBy } from './oriented.ts';
import { numbers, texts, type OpenTable } from './read-evidence.ts';
import { codeCuts, valueCondition } from './slice-columns.ts';
import type { Against, Difference, Measured, MetricTraits, RowAnswers, TaskEvidence } from './task.ts';
import { differenceWithInterval } from './words.ts';

export interface FairnessSetting {
  readonly policy: GatePolicy;
  readonly evidence: TaskEvidence;
  readonly table: OpenTable;
  readonly same: boolean;
  readonly against: Against;
}

export interface FairnessFindings {
  readonly metrics: readonly MetricEvidence[];
  readonly blocks: readonly Block[];
}

/** More values than this are no groups of people. */
const mostGroups = 50;

type Deciding = RowAnswers & { readonly positive: number };

export async function fairnessEvidence(engine: DataEngine, setting: FairnessSetting): Promise<Read<FairnessFindings>> {
  const { policy, evidence, table } = setting;
  const { answers } = evidence;
  if (policy.fairness.length === 0) return { value: { metrics: [], blocks: [] }, problems: [] };
  if (answers?.positive === undefined || answers.classes?.length !== 2) {
    const message = 'Fairness is asked for, and there is no positive class that a decision is for.';
    const hint = 'It compares how often groups are called positive, so it needs two classes.';
    return { problems: [rowsProblem('GATE_FAIRNESS_TASK', table.file, message, hint)] };
  }
  const deciding: Deciding = { ...answers, positive: answers.positive };
  const problems: Problem[] = independence(setting, answers);
  const metrics: MetricEvidence[] = [];
  const blocks: Block[] = [];
  for (const rule of policy.fairness) {
    const coded = await readGroups(engine, setting, rule);
    problems.push(...coded.problems);
    if (coded.value === undefined) continue;
    const all = countGroups(coded.value.names, coded.value.codes, deciding, evidence.compared).filter(({ kinds }) =>
      kinds.some((count) => count > 0),
    );
    const enough = (group: Group): boolean =>
      ratesOf[rule.metric].every((rate) => rateOf(group.kinds, rate, 'candidate').of >= rule['minimum-rows']);
    const groups = all.filter(enough);
    metrics.push(ruleEvidence(rule, groups, setting));
    const small = all.filter((group) => !enough(group)).map(({ name }) => name);
    blocks.push(fairnessBlock(rule, groups, { small, against: evidence.compared ? setting.against : undefined }));
  }
  return problems.some(({ severity }) => severity === 'error')
    ? { problems }
    : { value: { metrics, blocks }, problems };
}

/** Rows of one cluster, or rows that count unequally, are more alike than the intervals of shares suppose. */
function independence({ table }: FairnessSetting, { sampling }: RowAnswers): Problem[] {
  if (sampling?.clusters === undefined && sampling?.weights === undefined) return [];
  const what = sampling.clusters === undefined ? 'weights' : 'clusters';
  const message = `Fairness counts every row once, by itself; the ${what} of the policy do not enter it.`;
  const hint = 'Its intervals are narrower than they should be where rows belong together.';
  return [{ ...rowsProblem('GATE_FAIRNESS_SAMPLING', table.file, message, hint), severity: 'warning' }];
}

interface Coded {
  readonly names: readonly string[];
  readonly codes: ArrayLike<number>;
}

async function readGroups(engine: DataEngine, setting: FairnessSetting, rule: FairnessRule): Promise<Read<Coded>> {
  const { policy, table } = setting;
  const { column, cuts } = rule;
  const { id } = policy.data;
  if (cuts !== undefined) {
    const coded = codeCuts(column, await numbers(engine, table, column, id), cuts);
    return { value: { names: coded.conditions, codes: coded.codes }, problems: [] };
  }
  const values = await texts(engine, table, column, id);
  const known = [...new Set(values)].toSorted((a, b) => ((a ?? '') < (b ?? '') ? -1 : 1));
  if (known.length > mostGroups) {
    const message = `"${column}" has ${known.length} values; fairness compares at most ${mostGroups} groups.`;
    const hint = 'For a column of numbers say where it is cut: `cuts: [30, 60]`.';
    return { problems: [rowsProblem('GATE_FAIRNESS_GROUPS', table.file, message, hint)] };
  }
  const place = new Map(known.map((value, index) => [value, index + 1]));
  const names = known.map((value) => valueCondition(column, value));
  return { value: { names, codes: Uint8Array.from(values, (value) => place.get(value)!) }, problems: [] };
}

function ruleEvidence(rule: FairnessRule, groups: readonly Group[], setting: FairnessSetting): MetricEvidence {
  const { policy, evidence, same } = setting;
  const { metric, column, maximum, margin } = rule;
  const traits: MetricTraits = { title: `${metricTitles[metric]} by ${column}`, direction: 'lower', unit: 'share' };
  const gap = groups.length < 2 ? undefined : gapOf(groups, metric, 'candidate');
  const before = groups.length < 2 || !evidence.compared ? undefined : gapOf(groups, metric, 'baseline');
  const bounds = { ...(maximum !== undefined && { maximum }) };
  const shown = {
    name: fairnessName(rule),
    traits,
    asked: margin === undefined ? { role: 'guard' as const, ...bounds } : { role: 'key' as const, margin, ...bounds },
    candidate: measured(gap, rule, groups),
    ...(evidence.compared && { baseline: measured(before, rule, groups) }),
  };
  if (gap === undefined) return { ...shown, rule: () => ({ verdict: 'error', reason: few(rule, groups) }) };
  const change = evidence.compared && !same ? changeOf(groups, rule) : undefined;
  const rules = policy.fairness.length;
  return {
    ...shown,
    ...(change !== undefined && { difference: change }),
    rule: (alpha) => {
      const findings = judgeGap(groups, rule, { alpha, rules });
      if (margin !== undefined && evidence.compared)
        findings.push(same ? { verdict: 'pass' } : judgeChange(change, margin, { traits, alpha: alpha / rules }));
      return settled(findings, gap);
    },
  };
}

const measured = (gap: Gap | undefined, rule: FairnessRule, groups: readonly Group[]): Measured =>
  gap === undefined ? { value: null, reason: few(rule, groups) } : { value: gap.difference };

function few({ 'minimum-rows': needed }: FairnessRule, groups: readonly Group[]): string {
  const left = groups.length === 1 ? `only ${groups[0]!.name} has` : 'no group has';
  return `${left} ${needed} rows that count, so there is nothing to compare`;
}

function changeOf(groups: readonly Group[], rule: FairnessRule): Difference | undefined {
  const change = gapChange(groups, rule.metric);
  return change === null
    ? undefined
    : { ...change, method: 'score intervals within groups, bounded over all pairs of groups' };
}

function judgeChange(
  change: Difference | undefined,
  margin: number,
  { traits, alpha }: { readonly traits: MetricTraits; readonly alpha: number },
): Finding {
  if (change === undefined)
    return { verdict: 'inconclusive', reason: 'too few rows to compare it with the other model' };
  const [low, high] = orientedBy(traits, change).within(1 - 2 * alpha);
  const verdict = judgeNonInferiority({ difference: -change.difference, low, high }, margin);
  const text = differenceWithInterval(traits, change);
  if (verdict === 'fail') return { verdict, reason: `surely wider than with the other model (${text})` };
  return verdict === 'pass'
    ? { verdict }
    : { verdict, reason: `not surely within the margin of the other model (${text})` };
}

function settled(findings: readonly Finding[], gap: Gap): Pick<MetricJudgement, 'verdict' | 'reason'> {
  // A margin alone has nothing to judge where there is no other model.
  if (findings.length === 0) return {};
  const verdict = worstVerdict(findings.map((finding) => finding.verdict));
  if (verdict === 'pass') return { verdict };
  const reasons = findings.flatMap((finding) => (finding.verdict === verdict ? [finding.reason] : []));
  const { high, low, rate } = gap.widest;
  return { verdict, reason: `${reasons.join(' and ')}: ${groupText(high, rate)} against ${groupText(low, rate)}` };
}
