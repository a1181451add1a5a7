// Sees every answer of the columns that are asked through a gateway, and asks those of its cache again.
import type { EvalCase } from '../../formats/eval-suite.ts';
import type { ModelProvider } from '../../ports/model-provider.ts';
import type { CaseVars } from '../case-vars.ts';
import { chainingOf } from '../chains.ts';
import type { Column } from '../columns.ts';
import type { EvalRow } from '../eval-row.ts';
import type { Scoring } from '../score-answer.ts';
import { checkHits, type CacheCheck } from './cache-check.ts';
import { summariseRoutes, type GatewayRoutes, type SideTally } from './route-summary.ts';
import { RouteTally } from './route-tally.ts';

export interface CacheChecks {
  readonly providers: readonly ModelProvider[];
  readonly cases: readonly EvalCase[];
  readonly vars: CaseVars;
  readonly scoring: Scoring;
  readonly isCompared: (item: EvalCase) => boolean;
  readonly pay: (costUsd: number) => boolean;
}

export class RouteWatch {
  readonly #columns: readonly Column[];
  readonly #tallies: readonly (RouteTally | undefined)[];
  readonly #checked: (readonly CacheCheck[])[];

  constructor(columns: readonly Column[]) {
    this.#columns = columns;
    this.#tallies = columns.map(({ gateway }) => (gateway === undefined ? undefined : new RouteTally()));
    this.#checked = columns.map(() => []);
  }

  add(row: EvalRow): void {
    this.#tallies[row.column]?.add(row, this.#columns[row.column]?.request.model ?? '');
  }

  /** Once, when all has been asked. */
  async checkCaches({ providers, isCompared, ...question }: CacheChecks): Promise<void> {
    const { isChained } = chainingOf(this.#columns, question.cases);
    for (const [place, column] of this.#columns.entries()) {
      const [tally, provider] = [this.#tallies[place], providers[place]];
      if (tally === undefined || provider === undefined) continue;
      // What hangs on other turns or other columns would have to be asked with them.
      const isAlone = (item: EvalCase): boolean =>
        !isCompared(item) && !isChained(item, column) && item.output === undefined;
      this.#checked[place] = await checkHits(tally.hits, { ...question, column, provider, isAlone });
    }
  }

  /** @param places of a candidate's column and of what it is compared with */
  routes([now, old]: readonly [number, number?]): GatewayRoutes | undefined {
    const after = this.#side(now);
    return after === undefined ? undefined : summariseRoutes(after, old === undefined ? undefined : this.#side(old));
  }

  #side(place: number): SideTally | undefined {
    const tally = this.#tallies[place];
    return tally === undefined ? undefined : { tally, checked: this.#checked[place] ?? [] };
  }
}
