// From inputs and a suite to providers: which cassettes, whether new answers are recorded, which endpoints.
import { canonicalJson } from '../formats/canonical.ts';
import type { EvalProvider, EvalSuite } from '../formats/eval-suite.ts';
import { promptStem } from '../formats/prompt.ts';
import { hasErrors, type Problem, type Read } from '../formats/problem.ts';
import type { RunInput } from '../formats/run.ts';
import type { ModelProvider } from '../ports/model-provider.ts';
import type { Workspace } from '../ports/workspace.ts';
import { isBare, type Column } from './columns.ts';
import type { GatewayAddress } from './gateway/sides.ts';
import type { PromptRegressionInputs } from './inputs.ts';
import type { ProviderFactory, ProviderSettings } from './provider-settings.ts';

const usualTimeoutMs = 60_000;

/** Problems when nobody could answer: no endpoint, and no recording. */
export async function providerSettings(
  inputs: PromptRegressionInputs,
  { columns, suite }: { readonly columns: readonly Column[]; readonly suite: EvalSuite },
  workspace: Workspace,
): Promise<Read<ProviderSettings>> {
  const baseUrl = inputs['base-url'];
  // Providers that a suite describes know where they are asked; a bare model does not.
  // A column of a gateway is asked there or nowhere: anything else would be recorded under the gateway's name.
  const reachable = columns.every(({ provider, gateway }) =>
    gateway === undefined ? baseUrl !== undefined || !isBare(provider) : gateway.baseUrl !== undefined,
  );
  const missing = columns.some(({ gateway }) => gateway !== undefined && gateway.baseUrl === undefined)
    ? 'gateway-command or gateway-url'
    : 'base-url';
  const record = inputs.record ?? (reachable ? 'missing' : 'none');
  const folder = inputs.prompt.slice(0, inputs.prompt.lastIndexOf('/') + 1);
  const beside = `${folder}${promptStem(inputs.prompt)}.cassette.jsonl`;
  const given = inputs.cassette ?? [];
  const problems: Problem[] = [];
  if (!reachable && record !== 'none')
    problems.push(
      problem(`record is ${record}, but there is no endpoint to ask.`, `Give ${missing}, or record: none.`),
    );
  const present: string[] = [];
  for (const path of given.length > 0 ? given : [beside]) {
    const exists = (await workspace.fingerprint(path)) !== undefined;
    if (exists || record !== 'none') present.push(path);
    else if (given.length > 0)
      problems.push({
        ...problem(`There is no cassette "${path}".`, 'Give its path from the root of the repository.'),
        file: path,
      });
  }
  if (!reachable && present.length === 0 && problems.length === 0)
    problems.push(
      problem(
        `There is no endpoint to ask, and no recorded answers in "${beside}".`,
        `Give ${missing}, or the input cassette.`,
      ),
    );
  if (problems.length > 0) return { problems };
  const [prompt, completion] = [inputs['price-prompt'], inputs['price-completion']];
  return {
    value: {
      model: columns[0]?.request.model ?? '',
      ...(baseUrl !== undefined && { baseUrl, apiKeyEnv: inputs['api-key-env'] }),
      cassettes: present,
      record,
      timeoutMs: timeoutOf(inputs, suite),
      ...(suite.run.delayMs !== undefined && { delayMs: suite.run.delayMs }),
      concurrency: concurrencyOf(inputs, suite),
      ...(inputs.env !== undefined && { env: inputs.env }),
      ...(suite.run.stream === true && { stream: true }),
      ...(prompt !== undefined && completion !== undefined && { prices: { prompt, completion } }),
    },
    problems,
  };
}

/** What was replayed or recorded, as it is when all has been asked. */
export async function cassetteInputs(settings: ProviderSettings, workspace: Workspace): Promise<readonly RunInput[]> {
  const inputs: RunInput[] = [];
  for (const path of settings.cassettes) {
    const fingerprint = await workspace.fingerprint(path);
    if (fingerprint !== undefined) inputs.push({ role: 'cassette', path, ...fingerprint });
  }
  return inputs;
}

/** Requests under way at a time: what the user says, else the suite. */
export const concurrencyOf = (inputs: Pick<PromptRegressionInputs, 'concurrency'>, { run }: EvalSuite): number =>
  inputs.concurrency ?? run.concurrency ?? 8;

/** Of one call, of a model or of a program. */
export const timeoutOf = (inputs: Pick<PromptRegressionInputs, 'timeout'>, { run }: EvalSuite): number =>
  inputs.timeout === undefined ? (run.timeoutMs ?? usualTimeoutMs) : inputs.timeout * 1000;

export interface OpenedProviders {
  /** One for each column, in order. */
  readonly providers: readonly ModelProvider[];
  /** Opens another, for a judge. What cannot be opened answers with the reason. */
  judge(provider: EvalProvider): Promise<ModelProvider & { readonly model: string }>;
  close(): Promise<void>;
}

/** Columns that ask the same endpoint share one provider. */
export async function openProviders(
  settings: ProviderSettings,
  columns: readonly Column[],
  open: ProviderFactory,
): Promise<Read<OpenedProviders>> {
  const opened = new Map<string, Promise<Read<ModelProvider>>>();
  const openOnce = (provider: EvalProvider, gateway?: GatewayAddress): Promise<Read<ModelProvider>> => {
    const own = isBare(provider) ? '' : canonicalJson([provider.kind, provider.id, provider.config, provider.delayMs]);
    const key = gateway === undefined ? own : `${gateway.digest} ${own}`;
    let made = opened.get(key);
    if (made === undefined) {
      const model = provider.model ?? provider.id;
      const asked = gateway === undefined ? settings : atGateway(settings, gateway);
      const { delayMs = asked.delayMs } = provider;
      made = open(isBare(provider) ? asked : { ...asked, model, provider, ...(delayMs !== undefined && { delayMs }) });
      opened.set(key, made);
    }
    return made;
  };
  const problems: Problem[] = [];
  const providers: ModelProvider[] = [];
  for (const { provider, gateway } of columns) {
    const read = await openOnce(provider, gateway);
    problems.push(...read.problems.filter((each) => !problems.includes(each)));
    if (read.value !== undefined) providers.push(read.value);
  }
  const close = async (): Promise<void> => {
    for (const made of opened.values()) await (await made).value?.close?.();
  };
  if (hasErrors(problems) || providers.length < columns.length) {
    await close();
    return { problems };
  }
  return {
    value: {
      providers,
      judge: async (provider) => {
        const model = provider.model ?? provider.id;
        const read = await openOnce(provider);
        const { value } = read;
        if (value !== undefined) return { id: value.id, model, complete: (request) => value.complete(request) };
        const [first] = read.problems;
        const failure = `the judge "${provider.id}" cannot be asked: ${first?.message ?? 'no reason is given'}`;
        return { id: provider.id, model, complete: async () => ({ failure, hint: first?.hint ?? '' }) };
      },
      close,
    },
    problems,
  };
}

function atGateway(settings: ProviderSettings, gateway: GatewayAddress): ProviderSettings {
  const { baseUrl: _, apiKeyEnv: __, ...others } = settings;
  return {
    ...others,
    gateway,
    ...(gateway.baseUrl !== undefined && { baseUrl: gateway.baseUrl }),
    ...(gateway.apiKeyEnv !== undefined && { apiKeyEnv: gateway.apiKeyEnv }),
  };
}

const problem = (message: string, hint: string): Problem => ({
  code: 'PROVIDER_MISSING',
  severity: 'error',
  message,
  hint,
});
