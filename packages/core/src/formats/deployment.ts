// *.deploy.yml: which model goes where, in which steps, and what would stop it. Strict: a mistyped guard is no guard.
import * as z from 'zod/mini';
import { hasErrors, type Problem, type Read } from './problem.ts';
import { readYaml, type YamlSource } from './read-yaml.ts';
import { isRegistryName } from './version-ref.ts';

const share = z.number().check(z.gt(0), z.lt(1));
const url = z.string().check(z.regex(/^https?:\/\/[^\s/]+/));

/** A header a closed server asks for; its value is read from the named environment variable only. */
const SecretHeader = z.strictObject({ name: z.string().check(z.regex(/^[A-Za-z0-9-]+$/)), env: z.string() });

export const DeploymentTarget = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('triton'),
    url,
    /** Triton's model repository, as a folder this process can write. */
    repository: z.string(),
    'admin-header': z.optional(SecretHeader),
  }),
  z.strictObject({
    kind: z.literal('vllm'),
    url,
    /** The folder LoRA adapters are copied to, as this process sees it. */
    adapters: z.string(),
    /** The same folder as the server sees it, when that differs. */
    'adapters-on-server': z.optional(z.string()),
    'admin-header': z.optional(SecretHeader),
  }),
]);
export type DeploymentTarget = z.infer<typeof DeploymentTarget>;

export const DeploymentStep = z.strictObject({
  /** Share of the requests that the new version answers, in percent. */
  weight: z.number().check(z.gt(0), z.lte(100)),
  /** Fewer canary requests than this never promote. */
  'min-requests': z._default(z.int().check(z.gte(1)), 300),
  /** After this long without a decision the step is inconclusive. */
  'max-seconds': z._default(z.number().check(z.gt(0)), 1800),
});
export type DeploymentStep = z.infer<typeof DeploymentStep>;

const defaultSteps = [1, 5, 25, 50, 100].map((weight) => ({
  weight,
  'min-requests': 300,
  'max-seconds': 1800,
}));

export const Deployment = z.strictObject({
  /** The registry's name of the model, and the name the server knows it by. */
  name: z.string(),
  model: z.strictObject({
    /** The artifact's path in the repository. */
    path: z.string(),
    /** Triton's `config.pbtxt`. */
    config: z.optional(z.string()),
  }),
  target: DeploymentTarget,
  splitter: z.strictObject({
    /** The splitter's admin address. */
    url,
    'token-env': z.optional(z.string()),
  }),
  strategy: z._default(
    z.strictObject({
      kind: z._default(z.literal('canary'), 'canary'),
      steps: z._default(z.array(DeploymentStep).check(z.minLength(1), z.maxLength(50)), defaultSteps),
      /** How often the counts are looked at while a command waits. Any interval is valid: the test is anytime-valid. */
      'interval-seconds': z._default(z.number().check(z.gt(0)), 10),
      /** Requests with this header's same value always meet the same version. */
      sticky: z.optional(z.string().check(z.regex(/^[A-Za-z0-9-]+$/))),
    }),
    { kind: 'canary', steps: defaultSteps, 'interval-seconds': 10 },
  ),
  guards: z._default(
    z.strictObject({
      /** Share of canary requests that may fail. */
      errors: z._default(z.strictObject({ limit: share }), { limit: 0.01 }),
      /** Share of canary requests that may take longer than the objective. */
      latency: z.optional(z.strictObject({ 'objective-ms': z.number().check(z.gt(0)), limit: share })),
    }),
    { errors: { limit: 0.01 } },
  ),
  alpha: z._default(
    z.strictObject({
      /** Chance of rolling back a version that is no worse, over the whole rollout and all guards. */
      rollback: z._default(share, 0.01),
      /** Chance, at each step, of promoting a version whose bad rate is at the limit. */
      promote: z._default(share, 0.05),
    }),
    { rollback: 0.01, promote: 0.05 },
  ),
  /** JSON list of sample requests with the answers expected: asked of the new version before it meets a user. */
  samples: z.optional(z.string()),
  requires: z._default(
    z.strictObject({
      /** A passing eval-gate run on exactly these bytes. */
      gate: z._default(z.boolean(), true),
      /** Only a run judged by this policy file counts. */
      policy: z.optional(z.string()),
    }),
    { gate: true },
  ),
  'on-inconclusive': z._default(z.enum(['hold', 'rollback']), 'hold'),
});
export type Deployment = z.infer<typeof Deployment>;

/** Reads a `*.deploy.yml`; problems name file, line and column. */
export function readDeployment(source: YamlSource): Read<Deployment> {
  const read = readYaml(source, Deployment, 'DEPLOY');
  if (read.value === undefined) return read;
  const problems = [...read.problems, ...semanticProblems(read.value, source.file)];
  return hasErrors(problems) ? { problems } : { value: read.value, problems };
}

/** What a schema cannot say: names, order of steps, and what one kind of target needs. */
function semanticProblems(deployment: Deployment, file: string): Problem[] {
  const problems: Problem[] = [];
  const add = (message: string, hint: string): void => {
    problems.push({ code: 'DEPLOY_INVALID', severity: 'error', message, hint, file });
  };
  if (!isRegistryName(deployment.name)) {
    add(`"${deployment.name}" is no registry name.`, 'Use letters, digits, "-", "_" and "/".');
  }
  const weights = deployment.strategy.steps.map((step) => step.weight);
  const falls = weights.findIndex((weight, index) => index > 0 && weight <= (weights[index - 1] ?? 0));
  if (falls > 0) {
    add(
      `Step ${falls + 1} has weight ${weights[falls]}, which is not above step ${falls}'s ${weights[falls - 1]}.`,
      'Let the weights rise from step to step.',
    );
  }
  if (deployment.target.kind === 'triton' && deployment.model.config === undefined) {
    add('"model.config" is missing.', 'Name the config.pbtxt that Triton is to load the model with.');
  }
  if (deployment.target.kind === 'vllm' && deployment.model.config !== undefined) {
    add('"model.config" has no meaning for vLLM.', 'Remove it: the adapter brings its own adapter_config.json.');
  }
  return problems;
}
