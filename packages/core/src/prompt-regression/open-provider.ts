// From inputs to a provider: which cassettes, whether new answers are recorded, which endpoint.
import { promptStem } from '../formats/prompt.ts';
import type { Problem, Read } from '../formats/problem.ts';
import type { Workspace } from '../ports/workspace.ts';
import type { PromptRegressionInputs } from './inputs.ts';
import type { ProviderSettings } from './provider-settings.ts';

/** Problems when nobody could answer: no endpoint, and no recording. */
export async function providerSettings(
  inputs: PromptRegressionInputs,
  model: string,
  workspace: Workspace,
): Promise<Read<ProviderSettings>> {
  const baseUrl = inputs['base-url'];
  const record = inputs.record ?? (baseUrl === undefined ? 'none' : 'missing');
  const folder = inputs.prompt.slice(0, inputs.prompt.lastIndexOf('/') + 1);
  const beside = `${folder}${promptStem(inputs.prompt)}.cassette.jsonl`;
  const given = inputs.cassette ?? [];
  const problems: Problem[] = [];
  if (baseUrl === undefined && record !== 'none')
    problems.push(problem(`record is ${record}, but there is no endpoint to ask.`, 'Give base-url, or record: none.'));
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
  if (baseUrl === undefined && present.length === 0 && problems.length === 0)
    problems.push(
      problem(
        `There is no endpoint to ask, and no recorded answers in "${beside}".`,
        'Give base-url, or the input cassette.',
      ),
    );
  if (problems.length > 0) return { problems };
  const [prompt, completion] = [inputs['price-prompt'], inputs['price-completion']];
  return {
    value: {
      model,
      ...(baseUrl !== undefined && { baseUrl, apiKeyEnv: inputs['api-key-env'] }),
      cassettes: present,
      record,
      timeoutMs: inputs.timeout * 1000,
      ...(prompt !== undefined && completion !== undefined && { prices: { prompt, completion } }),
    },
    problems,
  };
}

const problem = (message: string, hint: string): Problem => ({
  code: 'PROVIDER_MISSING',
  severity: 'error',
  message,
  hint,
});
