// Answers of a version and of the bad end to the same cases, and what they say: the cases, scorers and settings of the
// suite are those of the bad end throughout, and what a model is told is each version's own.
import { placeOf, type Outcome, type Problem } from '@pawl/core';
import {
  judgeComparison,
  lookRounds,
  type Look,
  type PromptRegressionInputs,
  type SpendPlan,
} from '@pawl/core/prompt-regression';
import { caseFell, likeWhichEnd, type RightOf, type VersionState } from '@pawl/core/prompt-history';
import type { World } from '@pawl/wiring';
import { executePromptRegression } from '@pawl/wiring/prompt-regression';

/** What a version was found to be. */
export interface Looked {
  readonly state: VersionState;
  /** Share of answers that passed. */
  readonly rate?: number;
  readonly cases?: number;
  /** Rounds of repeats that were asked. */
  readonly rounds?: number;
  /** Why nothing can be said. */
  readonly reason?: string;
}

/** What planning a comparison said. */
export interface PlannedCalls {
  readonly calls: number;
  readonly least: number;
  readonly costUsd?: number;
}

/** Answers to one case, by repeat: whether it passed. */
interface Answers {
  readonly after: boolean[];
  readonly before: boolean[];
  readonly cluster?: string;
}

interface Asked {
  readonly cases: ReadonlyMap<string, Answers>;
  readonly failure?: string;
}

/** Calls that may fail before a version says nothing. */
const failureLimit = 0.02;

export interface EvaluationOptions {
  readonly world: World;
  /** Of the bad end's suite; the baseline is filled in. */
  readonly inputs: PromptRegressionInputs;
  readonly bad: string;
  readonly repeats: number;
  readonly maxRepeats: number;
  /** One case alone, by id. */
  readonly case?: string;
  readonly maxCostUsd?: number;
}

export class BisectEvaluation {
  readonly #options: EvaluationOptions;
  readonly #looks: readonly number[];
  readonly #quiet: World;
  #ends: { readonly good: RightOf; readonly bad: RightOf } | undefined;
  #fall = 0;
  spentUsd = 0;
  advisory = false;

  constructor(options: EvaluationOptions) {
    this.#options = options;
    this.#looks = lookRounds(options.repeats, options.maxRepeats);
    this.#quiet = quiet(options.world);
  }

  /** Of both, with every repeat. @returns problems when the bad end's suite cannot be evaluated */
  async plan(commit: string): Promise<PlannedCalls | { readonly problems: readonly Problem[] }> {
    const { inputs, repeats, maxRepeats } = this.#options;
    const rounds = { repeats, 'max-repeats': maxRepeats };
    const outcome = await executePromptRegression(
      { ...inputs, ...rounds, baseline: commit, 'dry-run': true },
      this.#quiet,
    );
    const text = outcome.results['plan.json'];
    if (text === undefined) return { problems: problemsOf(outcome) };
    const plan = JSON.parse(text) as SpendPlan;
    const [least, calls] = plan.calls;
    return { calls, least, ...(plan.costUsd !== undefined && { costUsd: plan.costUsd }) };
  }

  /** The good end against the bad one; when it is better, later versions are told apart by these two. */
  async ends(good: string): Promise<{ readonly good: Looked; readonly bad: Looked }> {
    const looked =
      this.#options.case === undefined ? await this.#suite(good, this.#inputMargin) : await this.#caseEnds(good);
    return looked;
  }

  async version(commit: string): Promise<Looked> {
    // Nearer to the bad end than to the good one is bad: the larger part of the fall is what is looked for.
    if (this.#options.case === undefined)
      return (await this.#suite(commit, Math.max(this.#inputMargin, this.#fall / 2))).good;
    return this.#case(commit);
  }

  get #inputMargin(): number {
    return this.#options.inputs.margin ?? 0.03;
  }

  async #suite(commit: string, margin: number): Promise<{ readonly good: Looked; readonly bad: Looked }> {
    const looks: Look[] = [];
    let told = { good: { state: 'unclear' } as Looked, bad: { state: 'bad' } as Looked };
    for (const rounds of this.#looks) {
      const asked = await this.#ask(commit, rounds);
      if (asked.failure !== undefined) return unreadable(asked.failure);
      const pairs = [...asked.cases.values()];
      const clustered = pairs.some(({ cluster }) => cluster !== undefined);
      looks.push({
        differences: pairs.map(({ after, before }) => mean(after) - mean(before)),
        ...(clustered && { clusters: pairs.map(({ cluster }, index) => cluster ?? `case ${index}`) }),
      });
      const { verdict } = judgeComparison(looks, { margin, plannedLooks: this.#looks.length });
      const rates = {
        before: mean(pairs.map(({ before }) => mean(before))),
        after: mean(pairs.map(({ after }) => mean(after))),
      };
      const state = verdict === 'pass' ? 'bad' : verdict === 'fail' ? 'good' : 'unclear';
      const about = { cases: pairs.length, rounds };
      told = { good: { state, rate: rates.before, ...about }, bad: { state: 'bad', rate: rates.after, ...about } };
      if (state === 'unclear') continue;
      // Only the ends are judged before there is a fall.
      if (this.#fall === 0) this.#fall = rates.before - rates.after;
      break;
    }
    return told;
  }

  async #caseEnds(good: string): Promise<{ readonly good: Looked; readonly bad: Looked }> {
    const { maxRepeats } = this.#options;
    const asked = await this.#ask(good, maxRepeats);
    if (asked.failure !== undefined) return unreadable(asked.failure);
    const answers = [...asked.cases.values()];
    const ends = {
      good: rightOf(answers.flatMap(({ before }) => before)),
      bad: rightOf(answers.flatMap(({ after }) => after)),
    };
    const fell = caseFell(ends.good, ends.bad);
    if (fell) this.#ends = ends;
    const rate = ({ right, of }: RightOf): number => right / of;
    const better = rate(ends.good) > rate(ends.bad);
    return {
      good: { state: fell ? 'good' : better ? 'unclear' : 'bad', rate: rate(ends.good), cases: 1, rounds: maxRepeats },
      bad: { state: 'bad', rate: rate(ends.bad), cases: 1, rounds: maxRepeats },
    };
  }

  async #case(commit: string): Promise<Looked> {
    const { repeats, maxRepeats } = this.#options;
    let looked: Looked = { state: 'unclear' };
    for (let rounds = repeats; rounds <= maxRepeats; rounds++) {
      const asked = await this.#ask(commit, rounds);
      if (asked.failure !== undefined) return unreadable(asked.failure).good;
      const answers = [...asked.cases.values()].flatMap(({ before }) => before);
      const state = likeWhichEnd(answers, this.#ends ?? { good: { right: 0, of: 0 }, bad: { right: 0, of: 0 } });
      looked = { state, rate: mean(answers.map(Number)), cases: 1, rounds };
      if (state !== 'unclear') break;
    }
    return looked;
  }

  async #ask(commit: string, rounds: number): Promise<Asked> {
    const { inputs, maxCostUsd } = this.#options;
    const cases = new Map<string, Answers>();
    let failed = 0;
    let all = 0;
    const left = maxCostUsd === undefined ? {} : { 'max-cost-usd': Math.max(0, maxCostUsd - this.spentUsd) };
    const asking = { ...inputs, ...left, repeats: rounds, 'max-repeats': rounds, baseline: commit };
    const outcome = await executePromptRegression(asking, this.#quiet, {
      row: ({ item, repeat, answer, scored }, _, side, pair) => {
        all += 1;
        if ('failure' in answer || scored.score.error !== undefined) {
          failed += 1;
          return;
        }
        const key = JSON.stringify([pair, item.id]);
        const own = cases.get(key) ?? {
          after: [],
          before: [],
          ...(item.cluster !== undefined && { cluster: item.cluster }),
        };
        cases.set(key, own);
        if (repeat < rounds) own[side === 'candidate' ? 'after' : 'before'][repeat] = scored.score.pass;
      },
    });
    this.spentUsd += outcome.run?.costUsd ?? 0;
    this.advisory ||= outcome.report.advisory === true;
    const whole = [...cases].flatMap(([key, { after, before, ...rest }]) => {
      const pair = { after: dense(after), before: dense(before), ...rest };
      return pair.after.length === 0 || pair.before.length === 0 ? [] : [[key, pair] as const];
    });
    const lost = all === 0 || failed > failureLimit * all || whole.length === 0;
    if (!lost) return { cases: new Map(whole) };
    const problem = problemsOf(outcome).find(({ severity }) => severity === 'error');
    const place = problem === undefined ? '' : placeOf(problem);
    return {
      cases: new Map(),
      failure:
        problem === undefined ? outcome.report.headline : `${place === '' ? '' : `${place}: `}${problem.message}`,
    };
  }
}

/** As they were found, without what a report makes of them. */
export const problemsOf = ({ report }: Outcome): readonly Problem[] =>
  report.problems.map(({ code, severity, message, hint, file, line, column }) => ({
    code,
    severity,
    message,
    ...(hint !== undefined && { hint }),
    ...(file !== undefined && { file }),
    ...(line !== undefined && { line }),
    ...(column !== undefined && { column }),
  }));

/**
 * Every comparison would tell its own plan, where that of the search has been told; and would ask Git again where HEAD
 * is, and the registry which version a commit may be.
 */
function quiet(world: World): World {
  let context: ReturnType<World['context']> | undefined;
  return {
    ...world,
    registry: { ...world.registry, resolve: async () => undefined },
    context: async () => ({ ...(await (context ??= world.context())), progress: () => {} }),
  };
}

const unreadable = (reason: string): { readonly good: Looked; readonly bad: Looked } => ({
  good: { state: 'unreadable', reason },
  bad: { state: 'bad' },
});

/** Repeats that failed leave holes. */
const dense = (answers: readonly boolean[]): boolean[] => answers.filter((answer) => typeof answer === 'boolean');

const rightOf = (answers: readonly boolean[]): RightOf => ({
  right: answers.filter(Boolean).length,
  of: answers.length,
});

const mean = (values: readonly (number | boolean)[]): number =>
  values.reduce<number>((sum, value) => sum + Number(value), 0) / values.length;
