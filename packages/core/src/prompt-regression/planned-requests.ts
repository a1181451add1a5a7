// The requests of a suite before they are sent: what plans and self-checks look through without asking anybody.
import type { EvalCase } from '../formats/eval-suite.ts';
import type { ModelProvider, ModelReply, ModelRequest } from '../ports/model-provider.ts';
import { CaseVars, isVarsFailure } from './case-vars.ts';
import type { Column } from './columns.ts';
import { requestOf, type RequestPlan } from './requests.ts';

export interface PlannedRequests {
  readonly plan: RequestPlan;
  readonly columns: readonly Column[];
  /** One for each column. */
  readonly providers: readonly ModelProvider[];
  readonly cases: readonly EvalCase[];
  readonly vars: CaseVars;
}

export interface PlannedRequest {
  readonly request: ModelRequest;
  readonly provider: ModelProvider;
  readonly column: Column;
  readonly item: EvalCase;
}

/** @returns undefined when its texts cannot be rendered; the evaluation tells why */
export async function plannedRequest(
  { plan, columns, providers, cases, vars }: PlannedRequests,
  place: number,
  repeat: number,
): Promise<PlannedRequest | undefined> {
  const first = plan.first(place);
  const [column, item, provider] = [columns[first.column], cases[first.item], providers[first.column]];
  if (column === undefined || item === undefined || provider === undefined) return undefined;
  const own = await vars.of(item);
  if (isVarsFailure(own)) return undefined;
  const rendered = column.compiled.render(own, item);
  if ('failure' in rendered) return undefined;
  return { request: requestOf(column, rendered.value, repeat), provider, column, item };
}

/** These answer by themselves: nobody is called. */
export const callsNobody = ({ provider: { kind } }: Column): boolean => kind === 'echo' || kind === 'script';

export const recordedReply = ({ provider, request }: PlannedRequest): ModelReply | undefined =>
  provider.recorded?.(request);

/** How many repeats, from the first without a gap, every request has an answer to; at most `most`. */
export async function recordedRepeats(requests: PlannedRequests, most: number): Promise<number> {
  let repeats = most;
  for (let place = 0; place < requests.plan.count && repeats > 0; place++) {
    const first = await plannedRequest(requests, place, 0);
    if (first === undefined || callsNobody(first.column)) continue;
    let recorded = 0;
    while (
      recorded < repeats &&
      recordedReply({ ...first, request: { ...first.request, repeat: recorded } }) !== undefined
    )
      recorded += 1;
    repeats = recorded;
  }
  return repeats;
}
