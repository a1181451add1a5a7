// `*.eval.yml` as a suite.
import type { EvalPrompt, EvalProvider, EvalSuite } from '../../formats/eval-suite.ts';
import { EvalYml } from '../../formats/eval-yml.ts';
import { hasErrors } from '../../formats/problem.ts';
import { readYaml } from '../../formats/read-yaml.ts';
import { evalPolicyOf } from '../../formats/suite-policy.ts';
import { readLocatedYaml } from '../located-yaml.ts';
import { asEmbedding, assertionReader } from '../promptfoo/assertions.ts';
import { labelsOf } from '../promptfoo/matching-names.ts';
import { promptfooReading, type PromptfooReading } from '../promptfoo/promptfoo-reading.ts';
import { isMap, pathIn, readTextFile, type Fields, type Reading } from '../reading.ts';
import { readEvalCases } from './cases.ts';
import { readEvalPrompts, type EvalYmlPromptRead } from './prompts.ts';
import { readEvalProviders, readOneProvider, type EvalYmlProviderRead } from './providers.ts';

export async function readEvalYml(
  base: Reading,
  { sidesOnly = false }: { readonly sidesOnly?: boolean },
): Promise<EvalSuite | undefined> {
  const { file } = base;
  const text = await readTextFile(base, file, { role: 'suite' });
  if (text === undefined) return undefined;
  const checked = readYaml({ text, file }, EvalYml, 'SUITE');
  base.problems.push(...checked.problems);
  const located = readLocatedYaml({ text, file }, base.places, 'SUITE').value?.value;
  if (checked.value === undefined || !isMap(located)) return undefined;
  const reading = promptfooReading(base, {});
  const suite = reading.fill(located) as Fields;
  const written = checked.value;
  oneOf(reading, suite, ['prompt', 'prompts']);
  oneOf(reading, suite, ['provider', 'providers']);
  const read = await readEvalPrompts(reading, suite);
  const prompts = read.map(({ prompt }) => prompt);
  const own = await readEvalProviders(reading, suite);
  const providers =
    own.length > 0 ? own : read.flatMap(({ provider }) => (provider === undefined ? [] : [{ provider }]));
  if (providers.length === 0)
    reading.say({
      code: 'SUITE_INVALID',
      message: 'No "provider" is given, and no prompt names a model.',
      hint: 'Add for example provider: openai:gpt-4o-mini.',
      place: reading.places.of(suite),
    });
  const sides = withFilters(reading, providers, prompts);
  const named = async (key: 'judge' | 'embedding'): Promise<EvalProvider | undefined> =>
    suite[key] === undefined
      ? undefined
      : (await readOneProvider(reading, suite[key], reading.places.value(suite, key)))?.provider;
  const judge = await named('judge');
  const embedding = asEmbedding(await named('embedding'));
  const scorers = assertionReader(
    reading,
    providers.map(({ provider }) => ({ provider, names: [provider.label, provider.id] })),
  );
  const names = { prompts: prompts.map(({ label }) => label), providers: sides.map(({ label }) => label) };
  const cases = sidesOnly ? [] : await readEvalCases(reading, suite, { written, scorers, names });
  const certificate = await certificateOf(reading, suite);
  if (hasErrors(reading.problems)) return undefined;
  const { description, policy = {}, run = {} } = written;
  return {
    name: written.name ?? stemOf(file),
    ...(description !== undefined && { description }),
    file,
    dialect: 'eval-yml',
    prompts,
    providers: sides,
    cases,
    ...subjectOf(read, own),
    policy: evalPolicyOf(policy),
    inputs: [...reading.inputs.values()],
    ...(judge !== undefined && { judge }),
    ...(embedding !== undefined && { embedding }),
    ...(certificate !== undefined && { certificate }),
    derivedMetrics: [],
    run: {
      ...(run.concurrency !== undefined && { concurrency: run.concurrency }),
      ...(run['delay-ms'] !== undefined && { delayMs: run['delay-ms'] }),
      ...(run['timeout-ms'] !== undefined && { timeoutMs: run['timeout-ms'] }),
      ...(run.stream !== undefined && { stream: run.stream }),
    },
  };
}

/** A prompt that is asked of its own model, unchanged, is judged as if its file had the cases. */
function subjectOf(read: readonly EvalYmlPromptRead[], own: readonly unknown[]): Pick<EvalSuite, 'subject'> {
  const [only, other] = read;
  return other === undefined && own.length === 0 && only?.subject !== undefined ? { subject: only.subject } : {};
}

const stemOf = (file: string): string => file.slice(file.lastIndexOf('/') + 1).replace(/\.eval\.ya?ml$/, '');

function oneOf(reading: Reading, suite: Fields, [one, many]: readonly [string, string]): void {
  if (suite[one] === undefined || suite[many] === undefined) return;
  reading.say({
    code: 'SUITE_INVALID',
    message: `Both "${one}" and "${many}" are given.`,
    hint: 'Keep one of the two.',
    place: reading.places.key(suite, many),
  });
}

function withFilters(
  reading: PromptfooReading,
  providers: readonly EvalYmlProviderRead[],
  prompts: readonly EvalPrompt[],
): readonly EvalProvider[] {
  const among = prompts.map(({ label }) => ({ label, names: [label] }));
  return providers.map(({ provider, prompts: filters }) =>
    filters === undefined
      ? provider
      : { ...provider, prompts: labelsOf(reading, filters, { key: 'prompts', among, place: provider.place }) },
  );
}

async function certificateOf(reading: Reading, suite: Fields): Promise<string | undefined> {
  const written = suite['certificate'];
  if (typeof written !== 'string') return undefined;
  const place = reading.places.value(suite, 'certificate');
  const path = pathIn(reading, reading.file, written, place);
  if (path === undefined || (await readTextFile(reading, path, { role: 'policy', place })) === undefined)
    return undefined;
  return path;
}
