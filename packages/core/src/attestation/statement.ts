// A gate's verdict on exactly these bytes, as an in-toto Statement v1 with the predicate "test-result" v0.1
// (github.com/in-toto/attestation, spec/predicates/test-result.md): what actions/attest and cosign sign.
import * as z from 'zod/mini';
import type { Problem, Read } from '../formats/problem.ts';
import type { Metric, Run, RunInput } from '../formats/run.ts';

export const statementType = 'https://in-toto.io/Statement/v1';
export const predicateType = 'https://in-toto.io/attestation/test-result/v0.1';

const hex256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));

const Descriptor = z.looseObject({
  name: z.optional(z.string()),
  digest: z.optional(z.looseObject({ sha256: z.optional(hex256) })),
  annotations: z.optional(z.record(z.string(), z.unknown())),
});
type Descriptor = z.infer<typeof Descriptor>;

export const GateStatement = z.looseObject({
  _type: z.literal(statementType),
  subject: z
    .array(z.looseObject({ name: z.string(), digest: z.looseObject({ sha256: hex256 }) }))
    .check(z.minLength(1)),
  predicateType: z.literal(predicateType),
  predicate: z.looseObject({
    /** `FAILED` too where the gate could not tell. */
    result: z.enum(['PASSED', 'WARNED', 'FAILED']),
    configuration: z.array(Descriptor),
    url: z.optional(z.string()),
    passedTests: z.optional(z.array(z.string())),
    warnedTests: z.optional(z.array(z.string())),
    failedTests: z.optional(z.array(z.string())),
  }),
});
export type GateStatement = z.infer<typeof GateStatement>;

/**
 * The statement of a run that judged something. Its configuration names policy, data, predictions and baseline by
 * digest, and the run itself with its verdict in words; its tests are the metrics that the policy asked for.
 * @returns a problem for a run that judged nothing, for one that came through a fork, for an advisory one, and for one
 * whose policy was made of inputs
 */
export function statementOf(run: Run): Read<GateStatement> {
  const { subject, verdict } = run;
  if (subject === undefined || verdict === undefined)
    return { problems: [refusal(run, 'it judged nothing that has a digest')] };
  if (run.origin.trust === 'fork') return { problems: [refusal(run, 'it came through a fork')] };
  if (run.advisory === true)
    return { problems: [refusal(run, 'it was advisory, and would have passed whatever it found')] };
  if (run.params['policy'] === 'inputs')
    return { problems: [refusal(run, 'its policy was made of inputs, and nobody could review it')] };
  const digest = digestOf(subject.digest);
  if (digest === undefined) return { problems: [refusal(run, `its subject has the digest "${subject.digest}"`)] };
  const named = run.inputs.find((input) => input.digest === subject.digest)?.path;
  const tests = testsBy(run.metrics);
  return {
    value: {
      _type: statementType,
      subject: [{ name: named ?? subject.name, digest }],
      predicateType,
      predicate: {
        result: verdict === 'pass' ? 'PASSED' : 'FAILED',
        configuration: [runDescriptor(run), ...run.inputs.flatMap((input) => inputDescriptor(input, subject.digest))],
        ...(run.origin.url !== undefined && { url: run.origin.url }),
        ...tests,
      },
    },
    problems: [],
  };
}

function runDescriptor(run: Run): Descriptor {
  const { kind, name, verdict, headline, startedAt, baseline, origin } = run;
  const said = {
    role: 'run',
    kind,
    name,
    verdict,
    headline,
    startedAt,
    commit: origin.commit,
    repository: origin.repository,
    baseline: baseline?.version ?? baseline?.name ?? baseline?.source,
  };
  return {
    name: `pawl:run/${run.id}`,
    annotations: Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)),
  };
}

function inputDescriptor(input: RunInput, subject: string): Descriptor[] {
  const digest = digestOf(input.digest);
  if (digest === undefined || input.digest === subject) return [];
  const side = typeof input['side'] === 'string' ? { side: input['side'] } : {};
  return [
    { ...(input.path !== undefined && { name: input.path }), digest, annotations: { role: input.role, ...side } },
  ];
}

function testsBy(metrics: Readonly<Record<string, Metric>>) {
  const of = (verdicts: readonly string[]): string[] =>
    Object.entries(metrics)
      .filter(([, { verdict }]) => verdict !== undefined && verdicts.includes(verdict))
      .map(([name]) => name);
  return { passedTests: of(['pass']), warnedTests: of(['inconclusive']), failedTests: of(['fail', 'error']) };
}

function digestOf(text: string): { sha256: string } | undefined {
  const sha256 = /^sha256:([0-9a-f]{64})$/.exec(text)?.[1];
  return sha256 === undefined ? undefined : { sha256 };
}

const refusal = ({ id }: Run, reason: string): Problem => ({
  code: 'ATTESTATION_IMPOSSIBLE',
  severity: 'error',
  message: `Run ${id} cannot be attested: ${reason}.`,
  hint: 'Name a run of eval-gate, prompt-regression or another gate: "pawl run list --kind eval-gate".',
});
