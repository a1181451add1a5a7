// `*.judge.json`: what people's labels say of a judge, committed beside its suite. A judge gates only while a certificate
// of exactly this judge and this rubric says that people agree with it; without one it is advisory.
import * as z from 'zod/mini';
import { digestOf, type Sha256 } from '../formats/canonical.ts';
import type { Assertion } from '../formats/eval-suite.ts';
import type { Problem, Read } from '../formats/problem.ts';
import { dayMilliseconds, timeOf } from '../formats/time.ts';
import type { Workspace } from '../ports/workspace.ts';
import { judgeParameters } from './ask.ts';

export const judgeCertificateSchema = 'pawl.judge-certificate/1';

const share = z.nullable(z.number().check(z.minimum(0), z.maximum(1)));
const count = z.int().check(z.minimum(0));
const digest = z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/));

export const JudgeCertificate = z.looseObject({
  schema: z.literal(judgeCertificateSchema),
  judge: z.looseObject({
    /** Type of the assertion: `llm-rubric`. */
    type: z.string(),
    model: z.string(),
    /** Digest of everything that makes the judge what it is, see `rubricDigest`. */
    rubric: digest,
  }),
  labels: z.looseObject({
    n: count,
    /** Given by people; where there are any, agreement is with these alone. */
    human: count,
    digest,
  }),
  /** Between the judge's first verdict and the label. Null where all say the same, and chance explains everything. */
  agreement: z.looseObject({
    n: count,
    observed: share,
    kappa: z.nullable(z.number()),
    low: z.nullable(z.number()),
    high: z.nullable(z.number()),
  }),
  /** Share of good answers that the judge passes, and of bad ones that it fails. */
  sensitivity: share,
  specificity: share,
  /** Chance that two askings give the same verdict. */
  selfConsistency: share,
  repeats: count,
  /** Pairwise judges alone: share of pairs whose choice changes with the order. */
  orderFlipRate: z.optional(share),
  /** Share of askings that gave no verdict. */
  failures: share,
  /** ISO 8601. */
  madeAt: z.iso.datetime(),
});
export type JudgeCertificate = z.infer<typeof JudgeCertificate>;

/** What a judge must have shown before it may fail or pass a change. */
export const certificateRules = {
  humanLabels: 50,
  kappa: 0.6,
  lowestKappa: 0.4,
  selfConsistency: 0.95,
  orderFlipRate: 0.2,
  failures: 0.02,
  days: 90,
} as const;

/** Raised when our own words to judges change: what was certified was another judge. */
const wordsVersion = 1;

export interface JudgeIdentity {
  /** As the suite has it, before any case's variables are put in. */
  readonly assertion: Assertion;
  /** The model that is asked. */
  readonly model: string;
  /** What it is asked with; by default what the assertion's provider says. */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** Type, value, prompt, threshold, settings, model and parameters: with any other of them it is another judge. */
export function rubricDigest({ assertion, model, parameters }: JudgeIdentity, sha256: Sha256): string {
  const { type, negated, value, rubricPrompt, threshold, config } = assertion;
  const asked = parameters ?? judgeParameters(assertion.provider, model);
  const judge = {
    words: wordsVersion,
    type,
    negated,
    value,
    rubricPrompt,
    threshold,
    config,
    model,
    parameters: asked,
  };
  return digestOf(judge, sha256);
}

/** Why a certificate does not suffice; empty when it does. @param now ISO 8601 */
export function decideCertificate(certificate: JudgeCertificate, now: string): readonly string[] {
  const { labels, agreement, selfConsistency, orderFlipRate, failures, madeAt } = certificate;
  const rules = certificateRules;
  const age = dayOf(now) - dayOf(madeAt);
  const reasons: string[] = [];
  if (labels.human < rules.humanLabels || agreement.n < rules.humanLabels)
    reasons.push(`${Math.min(labels.human, agreement.n)} of the ${rules.humanLabels} human labels that it takes`);
  if (agreement.kappa === null || agreement.low === null) reasons.push('labels and judge say the same of everything');
  else if (agreement.kappa < rules.kappa || agreement.low < rules.lowestKappa)
    reasons.push(
      `kappa ${agreement.kappa.toFixed(2)}, from ${agreement.low.toFixed(2)} on, of at least ${rules.kappa}, from ${rules.lowestKappa} on`,
    );
  if (selfConsistency === null || selfConsistency < rules.selfConsistency)
    reasons.push(`self-consistency ${shown(selfConsistency)} of at least ${rules.selfConsistency}`);
  if (orderFlipRate !== undefined && (orderFlipRate === null || orderFlipRate > rules.orderFlipRate))
    reasons.push(`order-flip rate ${shown(orderFlipRate)} of at most ${rules.orderFlipRate}`);
  if (failures === null || failures > rules.failures)
    reasons.push(`${shown(failures)} of its answers are no verdict, at most ${rules.failures} may be`);
  if (!(age >= 0)) reasons.push('it is dated in the future');
  else if (age > rules.days) reasons.push(`it is ${age} days old, at most ${rules.days} are allowed`);
  return reasons;
}

const shown = (value: number | null): string => (value === null ? 'unknown' : value.toFixed(2));

const dayOf = (iso: string): number => timeOf(iso.slice(0, 10)) / dayMilliseconds;

export interface JudgeStanding {
  readonly gating: boolean;
  /** For reports. */
  readonly reason: string;
}

/** Assertions whose verdict is a language model's. */
export const judgedTypes: ReadonlySet<string> = new Set([
  ...['llm-rubric', 'trajectory:goal-success', 'model-graded-closedqa', 'factuality', 'model-graded-factuality'],
  ...['g-eval', 'answer-relevance', 'context-recall', 'context-relevance', 'context-faithfulness'],
  ...['conversation-relevance', 'llm', 'pairwise', 'select-best'],
  ...['similarity', 'coherence', 'fluency', 'relevance', 'groundedness'].map((name) => `github/${name}`),
]);

/**
 * Whether an assertion may decide a verdict. What no model judges always may.
 * @param options `now` as ISO 8601
 */
export function judgeStanding(
  identity: JudgeIdentity,
  certificates: readonly JudgeCertificate[],
  { now, sha256 }: { readonly now: string; readonly sha256: Sha256 },
): JudgeStanding {
  const { assertion, model } = identity;
  if (!judgedTypes.has(assertion.type)) return { gating: true, reason: 'No model judges it.' };
  const rubric = rubricDigest(identity, sha256);
  const own = certificates.filter(({ judge }) => judge.rubric === rubric && judge.model === model);
  if (own.length === 0) {
    const near = certificates.some(({ judge }) => judge.type === assertion.type);
    const why = near ? 'its certificate is of another model or rubric' : 'it has no certificate';
    return {
      gating: false,
      reason: `${model === '' ? 'A judge of which no model is named' : `The judge ${model}`} is advisory: ${why}. "pawl judge calibrate" makes one.`,
    };
  }
  const judged = own.map((certificate) => ({ certificate, reasons: decideCertificate(certificate, now) }));
  const good = judged.find(({ reasons }) => reasons.length === 0);
  if (good !== undefined) {
    const { agreement, labels } = good.certificate;
    const kappa = (agreement.kappa ?? 0).toFixed(2);
    return { gating: true, reason: `The judge ${model} agrees with people (kappa ${kappa}, ${labels.human} labels).` };
  }
  const reasons = judged.at(-1)?.reasons ?? [];
  return { gating: false, reason: `The judge ${model} is advisory: ${reasons.join('; ')}.` };
}

/** All certificates beside a suite, and the one that it names. What cannot be read certifies nothing and is told. */
export async function readCertificates(
  workspace: Pick<Workspace, 'list' | 'readText'>,
  suiteFile: string,
  named?: string,
): Promise<Read<readonly JudgeCertificate[]>> {
  const folder = suiteFile.slice(0, suiteFile.lastIndexOf('/') + 1);
  const beside = await workspace.list(`${folder}*.judge.json`);
  const paths = new Set(named === undefined ? beside : [...beside, named]);
  const value: JudgeCertificate[] = [];
  const problems: Problem[] = [];
  for (const file of paths) {
    const text = await workspace.readText(file);
    const read = text === undefined ? missing(file) : readCertificate(text, file);
    if ('problem' in read) problems.push(read.problem);
    else value.push(read.value);
  }
  return { value, problems };
}

const missing = (file: string): { readonly problem: Problem } => ({
  problem: {
    code: 'CERTIFICATE_MISSING',
    severity: 'error',
    message: `There is no judge certificate "${file}".`,
    hint: '"pawl judge calibrate" makes one.',
    file,
  },
});

function readCertificate(
  text: string,
  file: string,
): { readonly value: JudgeCertificate } | { readonly problem: Problem } {
  const read = JudgeCertificate.safeParse(parsed(text));
  if (read.success) return { value: read.data };
  const [issue] = read.error.issues;
  const place = issue === undefined || issue.path.length === 0 ? '' : ` at "${issue.path.join('.')}"`;
  return {
    problem: {
      code: 'CERTIFICATE_UNREADABLE',
      severity: 'error',
      message: `The judge certificate is no ${judgeCertificateSchema}${place}.`,
      hint: 'Restore it from Git, or make it again with "pawl judge calibrate".',
      file,
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
