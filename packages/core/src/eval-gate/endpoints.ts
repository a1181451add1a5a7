// Opens a live endpoint as a model. A fork's change asks none: its policy could send a key to anybody.
import type { GatePolicy } from '../formats/gate-policy.ts';
import type { Problem, Read } from '../formats/problem.ts';
import type { RunContext } from '../formats/run-context.ts';
import type { EndpointConnection, ModelEndpoints } from '../ports/model-endpoint.ts';
import type { ScoredModel } from '../ports/model-scorer.ts';
import { GateEndpoint } from '../formats/gate-sources.ts';
import { classText } from './classification/answers.ts';
import type { EndpointAddress } from './endpoint-address.ts';
import { labellingModel } from './language-model.ts';

export interface EndpointWorld {
  readonly endpoints?: ModelEndpoints;
  readonly context: RunContext;
}

/** @throws ModelError when the endpoint cannot be reached, or is no model that can be asked */
export async function openEndpoint(
  { endpoints, context }: EndpointWorld,
  address: EndpointAddress,
  policy: GatePolicy,
): Promise<Read<ScoredModel>> {
  if (context.origin.trust === 'fork') {
    return refused(
      'GATE_ENDPOINT_FORK',
      `The run of a fork asks no endpoint, and this one would ask ${address.shown}.`,
      'Give files of predictions; or a maintainer pushes the commits to a branch of the repository.',
    );
  }
  if (endpoints === undefined) {
    return refused('GATE_ENDPOINT_UNKNOWN', 'Endpoints cannot be asked here.', 'Give files of predictions.');
  }
  const settings = policy.endpoint ?? GateEndpoint.parse({});
  const keyName = settings['api-key-env'];
  const connection: EndpointConnection = {
    timeoutMs: settings.timeout * 1000,
    retries: settings.retries,
    concurrency: settings.concurrency,
    batchRows: settings['batch-rows'],
    ...(keyName !== undefined && { apiKeyEnv: keyName }),
  };
  if (address.kind === 'kserve') return { value: await endpoints.tensors(address.url, connection), problems: [] };
  const { prompt, system } = settings;
  const { classes } = policy.data;
  if (policy.task !== 'classification' || prompt === undefined || classes === undefined) {
    return refused(
      'POLICY_INVALID',
      'A language model needs a question and the labels it may answer: `task: classification`, `endpoint.prompt` and `data.classes`.',
      'Add them to the policy.',
    );
  }
  const provider = await endpoints.language(address, connection);
  if (provider.value === undefined) return { problems: provider.problems };
  const question = {
    model: address.model,
    prompt,
    system,
    labels: classes.map(classText),
    concurrency: settings.concurrency,
    shown: address.shown,
  };
  const model = labellingModel(provider.value, question);
  return { ...model, problems: [...provider.problems, ...model.problems] };
}

const refused = (code: string, message: string, hint: string): Read<ScoredModel> => ({
  problems: [{ code, severity: 'error', message, hint } satisfies Problem],
});
