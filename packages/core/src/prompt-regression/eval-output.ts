// Every answer as a row for other programs: `pawl eval --json`, and what promptfoo's shape is made of.
import type { Assertion } from '../formats/eval-suite.ts';
import type { ModelRoute } from '../ports/model-provider.ts';
import { isScoreFailure } from '../scorers/scorer.ts';
import type { Part, Scored } from './aggregate.ts';
import { isFailure } from './ask.ts';
import type { Column } from './columns.ts';
import type { EvalRow } from './eval-row.ts';
import { measuredOf } from './tally-round.ts';

export interface OutputPart {
  /** With `not-` where it is negated. */
  readonly type: string;
  /** As it was asked: variables are put in. */
  readonly value?: unknown;
  readonly threshold?: number;
  readonly weight: number;
  readonly metric?: string;
  readonly pass: boolean;
  readonly score: number | null;
  readonly reason: string;
  /** It could not be judged; `reason` says why. */
  readonly error?: true;
}

export interface OutputRow {
  readonly id: string;
  readonly description?: string;
  readonly side: 'candidate' | 'baseline';
  readonly column: string;
  readonly prompt: string;
  readonly provider: string;
  readonly repeat: number;
  readonly vars: Readonly<Record<string, unknown>>;
  /** Null when there is no answer. */
  readonly output: unknown;
  readonly pass: boolean;
  readonly score: number;
  readonly scores: Readonly<Record<string, number>>;
  readonly reason: string;
  readonly error?: string;
  readonly latencyMs?: number;
  /** Of streamed answers. */
  readonly firstTokenMs?: number;
  readonly betweenTokensMs?: number;
  readonly costUsd?: number;
  readonly tokens?: { readonly prompt: number; readonly completion: number };
  readonly reused?: boolean;
  /** Which way a gateway took. */
  readonly route?: ModelRoute;
  readonly assertions: readonly OutputPart[];
}

export function outputRow(row: EvalRow, column: Column, side: OutputRow['side']): OutputRow {
  const { item, answer, scored, repeat, vars } = row;
  const { score } = scored;
  const told = isFailure(answer) ? undefined : answer;
  return {
    id: item.id,
    ...(item.description !== undefined && { description: item.description }),
    side,
    column: column.label,
    prompt: column.compiled.prompt.label,
    provider: column.provider.label,
    repeat,
    vars,
    output: told === undefined ? null : scored.answer.output,
    pass: score.pass,
    score: score.score,
    scores: Object.fromEntries([...score.named].map(([name, { value }]) => [name, value])),
    reason: score.reason,
    ...(score.error !== undefined && { error: score.error.failure }),
    ...measuredOf(told ?? {}),
    ...(told?.usage !== undefined && {
      tokens: { prompt: told.usage.promptTokens, completion: told.usage.completionTokens },
    }),
    ...(told !== undefined && { reused: told.reused }),
    ...(told?.route !== undefined && { route: told.route }),
    assertions: score.parts.flatMap(partsOf).map(outputPart),
  };
}

export const partsOf = (each: Scored): readonly Part[] => ('set' in each ? each.parts : [each]);

export const writtenType = ({ type, negated }: Assertion): string => (negated ? `not-${type}` : type);

function outputPart({ assertion, result, metric }: Part): OutputPart {
  const failed = isScoreFailure(result);
  return {
    type: writtenType(assertion),
    ...(assertion.value !== undefined && { value: assertion.value }),
    ...(assertion.threshold !== undefined && { threshold: assertion.threshold }),
    weight: assertion.weight,
    ...(metric !== undefined && { metric }),
    pass: !failed && (result.pass || assertion.weight === 0),
    score: failed ? null : result.score,
    reason: failed ? result.failure : result.reason,
    ...(failed && { error: true }),
  };
}
