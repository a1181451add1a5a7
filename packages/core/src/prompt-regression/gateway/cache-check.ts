// Answers from a gateway's cache, asked again past it: did the cache give an answer that a model would not have given?
import type { EvalCase } from '../../formats/eval-suite.ts';
import type { ModelProvider } from '../../ports/model-provider.ts';
import { isFailure } from '../ask.ts';
import { isVarsFailure, type CaseVars } from '../case-vars.ts';
import type { Column } from '../columns.ts';
import { requestOf } from '../requests.ts';
import { scoreAnswer, type Scoring } from '../score-answer.ts';
import type { CacheHit } from './route-tally.ts';

export interface CacheCheck {
  readonly case: EvalCase;
  readonly semantic: boolean;
  readonly cached: { readonly pass: boolean; readonly text: string };
  readonly fresh: { readonly pass: boolean; readonly text: string };
}

/** On each side: enough to see that something is wrong, and no second run of the suite. */
export const mostChecked = 50;

export interface CacheQuestion {
  readonly column: Column;
  readonly provider: ModelProvider;
  readonly cases: readonly EvalCase[];
  readonly vars: CaseVars;
  readonly scoring: Scoring;
  /** Whether a case can be asked on its own, and is judged on its own. */
  readonly isAlone: (item: EvalCase) => boolean;
  /** False when the budget is spent. */
  readonly pay: (costUsd: number) => boolean;
}

/** One hit of each case; those that cannot be asked again are left out. */
export async function checkHits(hits: readonly CacheHit[], question: CacheQuestion): Promise<readonly CacheCheck[]> {
  const checks: CacheCheck[] = [];
  const seen = new Set<number>();
  for (const hit of hits) {
    const item = question.cases[hit.item];
    if (seen.size >= mostChecked || !question.pay(0)) break;
    if (item === undefined || seen.has(hit.item) || !question.isAlone(item)) continue;
    seen.add(hit.item);
    const fresh = await freshAnswer(item, hit.repeat, question);
    if (fresh === undefined) continue;
    checks.push({ case: item, semantic: hit.semantic, cached: { pass: hit.pass, text: hit.text }, fresh });
  }
  return checks;
}

async function freshAnswer(
  item: EvalCase,
  repeat: number,
  { column, provider, vars: caseVars, scoring, pay }: CacheQuestion,
): Promise<CacheCheck['fresh'] | undefined> {
  const vars = await caseVars.of(item);
  if (isVarsFailure(vars)) return undefined;
  const rendered = column.compiled.render(vars, item);
  if ('failure' in rendered) return undefined;
  const reply = await provider.complete({ ...requestOf(column, rendered.value, repeat), fresh: true });
  // Whoever answers from its cache all the same has not been asked past it.
  if (isFailure(reply) || reply.route?.cache === 'hit' || reply.route?.cache === 'semantic-hit') return undefined;
  const scored = await scoreAnswer({ item, column, reply, prompt: () => rendered.value.text(), vars }, scoring);
  pay((reply.reused ? 0 : (reply.costUsd ?? 0)) + (scored.score.costUsd ?? 0));
  if (scored.score.error !== undefined) return undefined;
  return { pass: scored.score.pass, text: scored.answer.text };
}
