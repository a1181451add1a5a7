// A single answer in the shape of promptfoo's output files.
import type { Assertion, AssertionSet } from '../formats/eval-suite.ts';
import { isScoreFailure } from '../scorers/scorer.ts';
import { aggregate, type CaseScore, type Part, type Scored } from './aggregate.ts';
import { isFailure } from './ask.ts';
import { isScriptFile } from './assertion-values.ts';
import type { Column } from './columns.ts';
import { writtenType } from './eval-output.ts';
import type { EvalRow } from './eval-row.ts';

export type Json = Readonly<Record<string, unknown>>;

export interface Tokens {
  readonly prompt: number;
  readonly completion: number;
  readonly cached: number;
  readonly requests: number;
}

export interface Row {
  readonly json: Json;
  readonly score: CaseScore;
  readonly latencyMs: number;
  readonly costUsd: number;
  readonly tokens: Tokens;
}

export function rowOf(row: EvalRow, column: Column): Row {
  const { item, answer, scored, vars } = row;
  const { score } = scored;
  const told = isFailure(answer) ? undefined : answer;
  const prompt = told?.usage?.promptTokens ?? 0;
  const completion = told?.usage?.completionTokens ?? 0;
  const reused = told?.reused === true;
  const tokens: Tokens = reused
    ? { prompt: 0, completion: 0, cached: prompt + completion, requests: 0 }
    : { prompt, completion, cached: 0, requests: told === undefined ? 0 : 1 };
  const costUsd = told?.costUsd ?? 0;
  const latencyMs = told?.latencyMs ?? 0;
  const named = Object.fromEntries([...score.named].map(([name, { value }]) => [name, value]));
  const { error } = score;
  const json = {
    ...(item.description !== undefined && { description: item.description }),
    cost: costUsd,
    ...(error === undefined && { gradingResult: gradingOf(score) }),
    latencyMs,
    namedScores: named,
    prompt: { raw: withoutLayout(row.prompt()), label: column.compiled.prompt.label, config: {} },
    provider: {
      id: column.provider.id,
      label: column.provider.label === column.provider.id ? '' : column.provider.label,
    },
    response:
      told === undefined
        ? { error: error?.failure ?? '' }
        : {
            output: scored.answer.output,
            raw: told.text,
            cost: costUsd,
            cached: reused,
            tokenUsage: tokenUsage([tokens]),
            ...(told.finishReason !== undefined && { finishReason: told.finishReason }),
            isRefusal: told.refused === true,
            metadata: {},
          },
    ...(!score.pass && { error: score.reason }),
    score: score.score,
    success: score.pass,
    testCase: {
      ...(item.description !== undefined && { description: item.description }),
      vars: item.vars,
      assert: item.assertions.map(writtenAssertion),
      ...(item.threshold !== undefined && { threshold: item.threshold }),
      options: {},
      metadata: item.metadata,
    },
    tokenUsage: tokenUsage([tokens]),
    // As the test has them, before its templates are filled; a script's are of its own making.
    vars: item.transformVars === undefined ? item.vars : vars,
    metadata: item.metadata,
    failureReason: error !== undefined ? 2 : score.pass ? 0 : 1,
  };
  return { json, score, latencyMs, costUsd, tokens };
}

function gradingOf({ pass, score, reason, named, parts }: CaseScore): Json {
  return {
    pass,
    score,
    reason,
    namedScores: Object.fromEntries([...named].map(([name, { value }]) => [name, value])),
    namedScoreWeights: Object.fromEntries([...named].map(([name, { weight }]) => [name, weight])),
    tokensUsed: tokenUsage([]),
    componentResults: parts.flatMap(componentsOf),
  };
}

/** A chat is sent with its layout, and told without. */
function withoutLayout(text: string): string {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}

/** A set is one component, and then each of its own. */
export function componentsOf(each: Scored): readonly Json[] {
  if (!('set' in each)) return [componentOf(each)];
  const { pass, score, reason } = aggregate(each.set, each.parts);
  const { metric, weight, threshold } = each.set;
  const assertionSet = {
    ...(metric !== undefined && { metric }),
    ...(threshold !== undefined && { threshold }),
    ...(weight !== 1 && { weight }),
  };
  return [{ pass, score, reason, metadata: { assertionSet } }, ...each.parts.map(componentOf)];
}

function componentOf({ assertion, result, metric }: Part): Json {
  const { value } = assertion;
  const failed = isScoreFailure(result);
  return {
    pass: !failed && (result.pass || assertion.weight === 0),
    score: failed ? 0 : (result.score ?? Number(result.pass)),
    reason: failed ? result.failure : result.reason,
    assertion: { ...writtenAssertion(assertion), ...(metric !== undefined && { metric }) },
    ...(typeof value === 'string' && { metadata: { renderedAssertionValue: value } }),
  };
}

function writtenAssertion(each: Assertion | AssertionSet): Json {
  const { weight, metric, threshold, config } = each;
  const common = {
    ...(threshold !== undefined && { threshold }),
    ...(weight !== 1 && { weight }),
    ...(metric !== undefined && { metric }),
    ...(config !== undefined && { config }),
  };
  if (each.kind === 'set') return { type: 'assert-set', assert: each.assertions.map(writtenAssertion), ...common };
  const value = isScriptFile(each.value) ? `file://${each.value.file}` : each.value;
  return { type: writtenType(each), ...(value !== undefined && { value }), ...common };
}

export function tokenUsage(all: readonly Tokens[]): Json {
  const prompt = total(all, (each) => each.prompt);
  const completion = total(all, (each) => each.completion);
  const cached = total(all, (each) => each.cached);
  return {
    prompt,
    completion,
    cached,
    total: prompt + completion + cached,
    numRequests: total(all, (each) => each.requests),
  };
}

export const total = <T>(all: readonly T[], read: (one: T) => number): number =>
  all.reduce((sum, one) => sum + read(one), 0);
