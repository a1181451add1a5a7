// `.prompty`, first and second version: front matter with model, inputs and a sample, then messages behind the names of
// their roles. Its sample is the one case; it has no assertions of its own.
import type { EvalCase, EvalMessage, EvalPlace, EvalPrompt, EvalProvider, EvalSuite } from '../formats/eval-suite.ts';
import { hasErrors } from '../formats/problem.ts';
import { readLocatedYaml } from './located-yaml.ts';
import { promptyProvider } from './prompty-model.ts';
import { fillPrompty } from './prompty-references.ts';
import { checkKeys, isMap, pathIn, readTextFile, type Fields, type Reading } from './reading.ts';
import { readDataFile } from './rows.ts';

const keys = [
  ...[
    'name',
    'displayName',
    'kind',
    'description',
    'version',
    'authors',
    'tags',
    'metadata',
    'model',
    'inputs',
    'outputs',
  ],
  ...[
    'inputSchema',
    'outputSchema',
    'sample',
    'tools',
    'template',
    'instructions',
    'additionalInstructions',
    'environment',
    'base',
  ],
];

export interface PromptyFile {
  readonly prompt: EvalPrompt;
  readonly provider?: EvalProvider;
  readonly matter: Fields;
}

export async function readPrompty(
  reading: Reading,
  { sidesOnly = false }: { readonly sidesOnly?: boolean },
): Promise<EvalSuite | undefined> {
  const file = await readPromptyFile(reading, reading.file);
  if (file === undefined) return undefined;
  const { prompt, provider, matter } = file;
  const cases = sidesOnly ? [] : await casesOf(reading, matter);
  if (hasErrors(reading.problems)) return undefined;
  const description = matter['description'];
  return {
    name: stemOf(reading.file),
    ...(typeof description === 'string' && { description }),
    file: reading.file,
    dialect: 'prompty',
    prompts: [prompt],
    providers: provider === undefined ? [] : [provider],
    cases,
    policy: { margin: 0.03, repeats: 1, minCases: 30 },
    inputs: [...reading.inputs.values()],
    derivedMetrics: [],
    run: {},
  };
}

export const stemOf = (file: string): string => file.slice(file.lastIndexOf('/') + 1).replace(/\.prompty$/, '');

export async function readPromptyFile(
  reading: Reading,
  path: string,
  place?: EvalPlace,
): Promise<PromptyFile | undefined> {
  const text = await readTextFile(reading, path, { role: 'prompt', place });
  if (text === undefined) return undefined;
  const [, front, body = ''] = /^---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n([\s\S]*))?$/.exec(text) ?? [];
  if (front === undefined) {
    reading.say({
      code: 'PROMPTY_INVALID',
      message: 'The file has no front matter.',
      hint: 'Begin with a line ---, the settings, and another line ---.',
      place: { file: path, line: 1, column: 1 },
    });
    return undefined;
  }
  // The line of dashes above is kept as an empty one, so that places are those of the file.
  const read = readLocatedYaml({ text: `\n${front}\n`, file: path }, reading.places, 'PROMPTY');
  reading.problems.push(...read.problems);
  if (read.value === undefined) return undefined;
  const matter = await fillPrompty(reading, read.value.value, path);
  if (!isMap(matter)) {
    reading.say({
      code: 'PROMPTY_INVALID',
      message: 'The front matter is no map.',
      hint: 'Write name, model and inputs.',
      place: { file: path, line: 2, column: 1 },
    });
    return undefined;
  }
  checkKeys(reading, matter, { known: keys, what: 'the front matter' });
  checkTemplate(reading, matter);
  const firstLine = front.split('\n').length + 3;
  const messages = messagesOf(body);
  const { provider, parameters, responseFormat, isCompletion } = promptyProvider(reading, {
    file: path,
    matter,
    written: read.value.value,
  });
  const tools = matter['tools'];
  const defaults = valuesOf(matter, ['default']);
  const prompt: EvalPrompt = {
    label: stemOf(path),
    language: 'jinja',
    body: isCompletion || messages === undefined ? { kind: 'text', text: body.trim() } : { kind: 'chat', messages },
    parameters,
    ...(responseFormat !== undefined && { responseFormat }),
    ...(Array.isArray(tools) && { tools: tools.filter(isMap) }),
    ...(Object.keys(defaults).length > 0 && { defaults }),
    place: { file: path, line: firstLine, column: 1 },
  };
  return { prompt, matter, ...(provider !== undefined && { provider }) };
}

/** Only Jinja is interpreted; mustache looks alike and means something else. */
function checkTemplate(reading: Reading, matter: Fields): void {
  const { template } = matter;
  const format = isMap(template)
    ? isMap(template['format'])
      ? template['format']['kind']
      : (template['format'] ?? template['type'])
    : template;
  if (format === undefined || format === null || (typeof format === 'string' && /^(?:jinja2?|nunjucks)$/.test(format)))
    return;
  reading.say({
    code: 'PROMPTY_UNSUPPORTED',
    message: `Templates of the kind ${JSON.stringify(format)} are not interpreted.`,
    hint: 'Write the template in Jinja: {{name}}, {% if %}, {% for %}.',
    place: reading.places.value(matter, 'template'),
  });
}

const marker = /^[ \t]*#?[ \t]*(system|user|assistant|developer|tool)(?:\[[^\]\n]*\])?[ \t]*:[ \t]*$/i;

/** Text before the first name of a role is the system's; undefined where no role is named. */
export function messagesOf(body: string): readonly EvalMessage[] | undefined {
  const messages: EvalMessage[] = [];
  let role: EvalMessage['role'] = 'system';
  let lines: string[] = [];
  let named = false;
  const flush = (): void => {
    const content = lines.join('\n').trim();
    if (content !== '') messages.push({ role, content });
    lines = [];
  };
  for (const line of body.split(/\r?\n/)) {
    const found = marker.exec(line)?.[1];
    if (found === undefined) {
      lines.push(line);
      continue;
    }
    flush();
    named = true;
    role = found.toLowerCase() as EvalMessage['role'];
  }
  flush();
  return named ? messages : undefined;
}

async function casesOf(reading: Reading, matter: Fields): Promise<readonly EvalCase[]> {
  const sample = await sampleOf(reading, matter);
  const vars = { ...valuesOf(matter, ['sample', 'example', 'default']), ...sample };
  const place = reading.places.key(matter, 'sample') ?? reading.places.key(matter, 'inputs') ?? { file: reading.file };
  return [{ id: 'sample', vars, assertions: [], metadata: {}, slices: {}, place }];
}

async function sampleOf(reading: Reading, matter: Fields): Promise<Fields> {
  const { sample } = matter;
  if (isMap(sample)) return sample;
  if (typeof sample !== 'string') return {};
  const place = reading.places.value(matter, 'sample');
  const path = pathIn(reading, reading.file, sample, place);
  const rows = path === undefined ? undefined : await readDataFile(reading, path, place);
  return rows?.[0] ?? {};
}

/** Inputs are a map of names, or a list of maps with a name; each may say what it is by default, or for example. */
function valuesOf(matter: Fields, said: readonly string[]): Fields {
  const inputs = matter['inputs'] ?? matter['inputSchema'];
  const properties: unknown = isMap(inputs) && isArrayOrMap(inputs['properties']) ? inputs['properties'] : inputs;
  const entries: readonly (readonly [unknown, unknown])[] = Array.isArray(properties)
    ? properties.map((item: unknown) => [isMap(item) ? item['name'] : undefined, item] as const)
    : isMap(properties)
      ? Object.entries(properties)
      : [];
  const values = entries.flatMap(([name, item]): [string, unknown][] => {
    if (typeof name !== 'string') return [];
    // A value in place of a description is an example.
    if (!isMap(item)) return said.includes('sample') ? [[name, item]] : [];
    const value = said.map((key) => item[key]).find((each) => each !== undefined && each !== null);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(values);
}

const isArrayOrMap = (value: unknown): boolean => typeof value === 'object' && value !== null;
