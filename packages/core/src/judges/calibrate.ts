// A judge meets labels: every labelled answer is judged several times, and what comes out is a certificate.
import { canonicalJson, type Sha256 } from '../formats/canonical.ts';
import type { Assertion, EvalCase } from '../formats/eval-suite.ts';
import type { Problem, Read } from '../formats/problem.ts';
import { isScoreFailure, type Score, type ScoreFailure, type Scorer, type ScorerWorld } from '../scorers/scorer.ts';
import { isFailure } from './ask.ts';
import { judgeCertificateSchema, rubricDigest, type JudgeCertificate } from './certificate.ts';
import type { Label } from './labels.ts';
import { measureJudge, type JudgedLabel } from './measure-judge.ts';
import { comparePair } from './pairwise.ts';

export interface Calibration {
  /** As the suite has it. */
  readonly assertion: Assertion;
  /** Judges all but pairs. */
  readonly scorer: Scorer | undefined;
  /** What the judge is called, and what it is asked with. */
  readonly model: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly labels: readonly Label[];
  readonly labelsFile: string;
  readonly cases: readonly EvalCase[];
  /** Puts a case's variables into the assertion, and into the suite's prompt. */
  readonly fill: (assertion: Assertion, vars: EvalCase['vars']) => Assertion | ScoreFailure;
  readonly promptOf: (vars: EvalCase['vars']) => string;
  readonly world: ScorerWorld;
  readonly repeats: number;
  readonly concurrency: number;
  /** ISO 8601. */
  readonly now: string;
  readonly sha256: Sha256;
  readonly progress: (message: string) => void;
}

export interface Calibrated {
  readonly certificate: JudgeCertificate;
  /** Answers on which people and judge differ, for whoever wants to know what the rubric lacks. */
  readonly disagreements: readonly { readonly line: number; readonly name: string; readonly reason: string }[];
  readonly costUsd: number;
}

export async function calibrateJudge(calibration: Calibration): Promise<Read<Calibrated>> {
  const { assertion, labels, repeats, sha256, now, model, parameters } = calibration;
  const items = itemsOf(calibration);
  if (items.value === undefined) return { problems: items.problems };
  const judged = await judgeAll(items.value, calibration);
  const measures = measureJudge(judged.map(({ measured }) => measured));
  const identity = { assertion, model, ...(parameters !== undefined && { parameters }) };
  const certificate: JudgeCertificate = {
    schema: judgeCertificateSchema,
    judge: { type: assertion.type, model, rubric: rubricDigest(identity, sha256) },
    labels: {
      n: labels.length,
      human: labels.filter(({ author }) => author === 'human').length,
      digest: sha256(canonicalJson(labels.map(({ line: _line, ...label }) => label))),
    },
    ...measures,
    repeats,
    madeAt: now,
  };
  const disagreements = judged.flatMap(({ item, measured, reason }) =>
    differs(measured) ? [{ line: item.label.line, name: item.name, reason }] : [],
  );
  return {
    value: { certificate, disagreements, costUsd: judged.reduce((sum, { costUsd }) => sum + costUsd, 0) },
    problems: items.problems,
  };
}

const differs = ({ label, verdicts: [first], orderFlip }: JudgedLabel): boolean =>
  first === undefined || (orderFlip === undefined ? label >= 0.5 !== first >= 0.5 : label !== first);

interface Item {
  readonly label: Label;
  readonly name: string;
  readonly output: string;
  readonly vars: EvalCase['vars'];
  readonly metadata: EvalCase['metadata'];
}

function itemsOf({ labels, cases, labelsFile, assertion }: Calibration): Read<readonly Item[]> {
  const byId = new Map(cases.map((item) => [item.id, item]));
  const problems: Problem[] = [];
  const items: Item[] = [];
  const pairwise = assertion.type === 'pairwise';
  for (const label of labels) {
    const item = label.caseId === undefined ? undefined : byId.get(label.caseId);
    const output = label.output ?? (item?.output === undefined ? undefined : textOf(item.output));
    const wrong =
      label.caseId !== undefined && item === undefined
        ? `names the case "${label.caseId}", which the suite does not have`
        : output === undefined
          ? 'has no "output", and its case gives none'
          : label.pairwise !== pairwise
            ? pairwise
              ? 'has no "baseline" to compare with'
              : 'compares with a "baseline", which this judge does not'
            : undefined;
    if (wrong !== undefined) problems.push(labelProblem(wrong, labelsFile, label.line));
    else
      items.push({
        label,
        name: label.caseId ?? `line ${label.line}`,
        output: output ?? '',
        vars: { ...item?.vars, ...label.vars },
        metadata: item?.metadata ?? {},
      });
  }
  return problems.length > 0 ? { problems } : { value: items, problems };
}

const labelProblem = (what: string, file: string, line: number): Problem => ({
  code: 'LABEL_INVALID',
  severity: 'error',
  message: `This label ${what}.`,
  hint: 'Correct it, or give another suite or judge.',
  file,
  line,
});

interface Judged {
  readonly item: Item;
  readonly measured: JudgedLabel;
  readonly reason: string;
  readonly costUsd: number;
}

async function judgeAll(items: readonly Item[], calibration: Calibration): Promise<readonly Judged[]> {
  const judged: Judged[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next; at < items.length; at = next) {
      next += 1;
      judged[at] = await judgeItem(items[at] as Item, calibration);
      if ((at + 1) % 25 === 0) calibration.progress(`${at + 1} of ${items.length} labels judged`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(calibration.concurrency, items.length) }, worker));
  return judged;
}

async function judgeItem(item: Item, calibration: Calibration): Promise<Judged> {
  const results: (Score | ScoreFailure)[] = [];
  for (let repeat = 0; repeat < calibration.repeats; repeat += 1)
    results.push(await judgeOnce(item, calibration, worldOfRepeat(calibration.world, repeat)));
  const [first] = results;
  const pairs = calibration.assertion.type === 'pairwise';
  const verdict = (result: Score | ScoreFailure): number | undefined =>
    isScoreFailure(result) ? undefined : pairs ? (result.score ?? undefined) : Number(result.pass);
  const flip = first === undefined || isScoreFailure(first) ? undefined : first.metadata?.['orderFlip'];
  return {
    item,
    measured: {
      author: item.label.author,
      label: item.label.score,
      verdicts: results.map(verdict),
      ...(pairs && { orderFlip: flip === true }),
    },
    reason: first === undefined ? '' : isScoreFailure(first) ? first.failure : first.reason,
    costUsd: results.reduce((sum, result) => sum + (isScoreFailure(result) ? 0 : (result.costUsd ?? 0)), 0),
  };
}

async function judgeOnce(item: Item, calibration: Calibration, world: ScorerWorld): Promise<Score | ScoreFailure> {
  const { fill, promptOf, scorer } = calibration;
  const { label, output, vars, metadata } = item;
  const assertion = fill(calibration.assertion, vars);
  if (isFailure(assertion)) return assertion;
  const prompt = label.prompt ?? promptOf(vars);
  const answer = { output, text: output };
  if (label.baseline !== undefined)
    return comparePair(
      { assertion, after: answer, before: { output: label.baseline, text: label.baseline }, prompt, vars },
      world,
    );
  if (scorer === undefined) return { failure: `nobody judges "${assertion.type}"`, hint: 'Name another judge.' };
  return scorer({ assertion, answer, vars, prompt, metadata }, world);
}

/** A judge may take several samples of one question; the next repeat's begin behind them. */
const samplesOfRepeat = 10;

function worldOfRepeat(world: ScorerWorld, repeat: number): ScorerWorld {
  const { judge } = world;
  if (repeat === 0 || judge === undefined) return world;
  return {
    ...world,
    judge: async (as) => {
      const model = await judge(as);
      const { id, model: name, parameters } = model;
      return {
        id,
        model: name,
        ...(parameters !== undefined && { parameters }),
        complete: (request) => model.complete({ ...request, repeat: request.repeat + repeat * samplesOfRepeat }),
      };
    },
  };
}

const textOf = (output: unknown): string => (typeof output === 'string' ? output : (JSON.stringify(output) ?? ''));
