// Each fairness rule of a policy as a metric of the report: the groups are read, counted, and judged by the rule.
import type { FairnessRule } from '../formats/gate-fairness.ts';
import type { GatePolicy } from '../formats/gate-policy.ts';
import type { Problem, Read } from '../formats/problem.ts';
import type { Block } from '../formats/report.ts';
import type { DataEngine } from '../ports/data-engine.ts';
import { rowsProblem } from './alignment.ts';
import { fairnessName } from './business-policy.ts';
import type { MetricEvidence } from './decide.ts';
import { gapChange } from './fairness-change.ts';
import { countGroups, gapOf, type Gap, type Group } from './fairness.ts';
import { judgeChange, judgeGap, judgeSmall, measurable, settled } from './fairness-verdict.ts';
import { fairnessBlocks, metricTitles, type ToldGroups } from './fairness-words.ts';
import { numbers, texts, type OpenTable } from './read-evidence.ts';
import { codeCuts, valueCondition } from './slice-columns.ts';
import { samplingText } from './paired-estimates.ts';
import type { Against, Difference, Measured, MetricTraits, RowAnswers, TaskEvidence } from './task.ts';

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
  /** The rules' margins, of other answers to the same rows: what the self-check judges. */
  again(evidence: TaskEvidence): readonly MetricEvidence[];
}

/** More values than this are no groups of people. */
const mostGroups = 50;

type Deciding = RowAnswers & { readonly positive: number };

export async function fairnessEvidence(engine: DataEngine, setting: FairnessSetting): Promise<Read<FairnessFindings>> {
  const { policy, evidence, table } = setting;
  if (policy.fairness.length === 0) return { value: { metrics: [], blocks: [], again: () => [] }, problems: [] };
  if (decidingOf(evidence) === undefined) {
    const message = 'Fairness is asked for, and there is no positive class that a decision is for.';
    const hint = 'It compares how often groups are called positive, so it needs two classes.';
    return { problems: [rowsProblem('GATE_FAIRNESS_TASK', table.file, message, hint)] };
  }
  const problems: Problem[] = [];
  const read: (readonly [FairnessRule, Coded])[] = [];
  for (const rule of policy.fairness) {
    const coded = await readGroups(engine, setting, rule);
    problems.push(...coded.problems);
    if (coded.value !== undefined) read.push([rule, coded.value]);
  }
  if (problems.length > 0) return { problems };
  const told = read.map(([rule, coded]) => [rule, groupsOf(rule, coded, evidence)] as const);
  const against = evidence.compared ? setting.against : undefined;
  return {
    value: {
      metrics: told.map(([rule, groups]) => ruleEvidence(rule, groups, setting)),
      blocks: told.flatMap(([rule, groups]) => fairnessBlocks(rule, groups, against)),
      again: (other) =>
        read.flatMap(([{ maximum: _maximum, 'minimum-ratio': _ratio, ...rule }, coded]) =>
          rule.margin === undefined
            ? []
            : ruleEvidence(rule, groupsOf(rule, coded, other), { ...setting, evidence: other, same: false }),
        ),
    },
    problems,
  };
}

function decidingOf({ answers }: TaskEvidence): Deciding | undefined {
  const { positive, classes } = answers ?? {};
  return answers === undefined || positive === undefined || classes?.length !== 2
    ? undefined
    : { ...answers, positive };
}

function groupsOf(rule: FairnessRule, { names, codes }: Coded, evidence: TaskEvidence): ToldGroups {
  const counted = countGroups(names, codes, decidingOf(evidence)!, evidence.compared);
  const present = new Set<number>();
  for (let row = 0; row < codes.length; row++) present.add(codes[row]!);
  const all = counted.filter((_, index) => present.has(index + 1));
  const except = new Set(
    rule.except.map((value) => valueCondition(rule.column, value === null ? null : String(value))),
  );
  const compared = all.filter(({ name }) => !except.has(name));
  return {
    measured: compared.filter((group) => measurable(group, rule)),
    small: compared.filter((group) => !measurable(group, rule)),
    except: all.filter(({ name }) => except.has(name)),
  };
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

function ruleEvidence(rule: FairnessRule, told: ToldGroups, setting: FairnessSetting): MetricEvidence {
  const { policy, evidence, same } = setting;
  const { measured: groups, small } = told;
  const { metric, column, maximum, margin } = rule;
  const traits: MetricTraits = { title: `${metricTitles[metric]} by ${column}`, direction: 'lower', unit: 'share' };
  const gap = groups.length < 2 ? undefined : gapOf(groups, metric, 'candidate');
  const before = groups.length < 2 || !evidence.compared ? undefined : gapOf(groups, metric, 'baseline');
  const bounds = { ...(maximum !== undefined && { maximum }) };
  const why = few(rule, groups, evidence.answers?.sampling?.clusters !== undefined);
  const shown = {
    name: fairnessName(rule),
    traits,
    asked: margin === undefined ? { role: 'guard' as const, ...bounds } : { role: 'key' as const, margin, ...bounds },
    candidate: measured(gap, why),
    ...(evidence.compared && { baseline: measured(before, why) }),
  };
  if (gap === undefined) return { ...shown, rule: () => ({ verdict: 'error', reason: why }) };
  const change = evidence.compared && !same ? changeOf(groups, rule, evidence) : undefined;
  const rules = policy.fairness.length;
  return {
    ...shown,
    ...(change !== undefined && { difference: change }),
    rule: (alpha) => {
      const findings = judgeGap(groups, rule, { alpha, rules });
      if (margin !== undefined && evidence.compared)
        findings.push(
          same ? { verdict: 'pass' } : judgeChange(change, margin, { traits, alpha: alpha / rules, gap, rule }),
        );
      return settled(findings.length === 0 ? [] : [...findings, ...judgeSmall(small, rule)], gap);
    },
  };
}

const measured = (gap: Gap | undefined, why: string): Measured =>
  gap === undefined ? { value: null, reason: why } : { value: gap.difference };

function few({ 'minimum-rows': needed }: FairnessRule, groups: readonly Group[], clustered: boolean): string {
  const left = groups.length === 1 ? `only ${groups[0]!.name} has` : 'no group has';
  const rows = `${needed} ${needed === 1 ? 'row that counts' : 'rows that count'}`;
  const apart = clustered ? ', of more than one cluster' : '';
  return `${left} ${rows}${apart}, so there is nothing to compare`;
}

function changeOf(groups: readonly Group[], rule: FairnessRule, { answers }: TaskEvidence): Difference | undefined {
  const change = gapChange(groups, rule.metric);
  const how = answers?.sampling === undefined ? '' : samplingText(answers.sampling);
  return change === null
    ? undefined
    : { ...change, method: `score intervals within groups, bounded over all pairs of groups${how}` };
}
