// The real LiteLLM proxy, started by `pawl eval` with two configurations from Git: weights, a fallback, a cache, and
// what the report says of them. Behind it are endpoints of this machine: models cheap and dear, one that embeds, and as
// much of Qdrant's API as its cache by similarity asks.
// Needs a Python with litellm-requirements.txt: PAWL_INTEROP_PYTHON_LITELLM=/path/to/python.
import { dirname, join } from 'node:path';
import { gitRepo } from '@pawl/testkit/git';
import { loopbackHttp, type LoopbackHttp } from '@pawl/testkit/http-service';
import { loopbackOpenAi, type LoopbackOpenAi } from '@pawl/testkit/openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pawlIn } from './pawl-in.ts';

const python = process.env['PAWL_INTEROP_PYTHON_LITELLM'];
if (python === undefined)
  console.warn('LiteLLM interop is skipped: PAWL_INTEROP_PYTHON_LITELLM names no Python with its proxy.');

const cases = 40;
const prompt =
  'model: triage\nmessages:\n  - {role: user, content: "Label {{input}}"}\n' +
  `testData:\n${Array.from({ length: cases }, (_, index) => `  - {input: "mail ${index}", expected: "label ${index}"}\n`).join('')}` +
  'evaluators:\n  - {name: label, string: {equals: "{{expected}}"}}\n';

interface Deployment {
  readonly group: string;
  readonly model: string;
  readonly at: LoopbackOpenAi;
  readonly price: number;
  readonly weight?: number;
}

const entry = ({ group, model, at, price, weight }: Deployment): string =>
  `  - model_name: ${group}
    litellm_params:
      model: openai/${model}
      api_base: ${at.baseUrl}
      api_key: os.environ/UPSTREAM_KEY
      input_cost_per_token: ${price}
      output_cost_per_token: ${price}
      max_retries: 0
${weight === undefined ? '' : `      weight: ${weight}\n`}`;
const configOf = (deployments: readonly Deployment[], more = ''): string =>
  `model_list:\n${deployments.map(entry).join('')}${more}`;
const answerTo = (text: string): string => `label ${/mail (\d+)/.exec(text)?.[1]}`;

describe.runIf(python !== undefined)('LiteLLM', () => {
  let cheap: LoopbackOpenAi;
  let dear: LoopbackOpenAi;
  let unsteady: LoopbackOpenAi;
  let broken: LoopbackOpenAi;
  const asked = new Set<string>();
  beforeAll(async () => {
    const contentOf = ({ messages }: { readonly messages: readonly { readonly content?: unknown }[] }) =>
      String(messages.at(-1)?.content);
    dear = await loopbackOpenAi({ apiKey: 'upstream-secret', answer: (request) => answerTo(contentOf(request)) });
    cheap = await loopbackOpenAi({ apiKey: 'upstream-secret', answer: () => 'no idea' });
    // Wrong the first time it is asked something, and right from then on.
    unsteady = await loopbackOpenAi({
      answer: (request) => {
        const content = contentOf(request);
        const known = asked.has(content);
        asked.add(content);
        return known ? answerTo(content) : 'no idea';
      },
    });
    broken = await loopbackOpenAi({ answer: () => '' });
    broken.failAlways({ status: 500 });
  });
  afterAll(async () => {
    for (const service of [cheap, dear, unsteady, broken]) await service[Symbol.asyncDispose]();
  });

  /** Runs the suite on a branch that changes nothing but the configuration. */
  async function changed(before: string, after: string, ...args: readonly string[]) {
    await using repo = await gitRepo({ 'prompts/triage.prompt.yml': prompt, 'gateway/litellm.yaml': before });
    await repo.branch('topic');
    await repo.commit('Route otherwise', { 'gateway/litellm.yaml': after });
    const environment = {
      ...repo.environment,
      UPSTREAM_KEY: 'upstream-secret',
      LITELLM_LOCAL_MODEL_COST_MAP: 'True',
      NO_PROXY: '127.0.0.1',
    };
    const folder = { path: repo.path, environment };
    const litellm = join(dirname(python ?? ''), 'litellm');
    const given = [
      'eval',
      'prompts/triage.prompt.yml',
      '--baseline',
      'main',
      '--gateway',
      'gateway/litellm.yaml',
      '--no-store',
      '--json',
    ];
    const command = `'${litellm}' --config {config} --port {port} --host 127.0.0.1`;
    const names = 'UPSTREAM_KEY,LITELLM_LOCAL_MODEL_COST_MAP,NO_PROXY';
    const said = await pawlIn(folder, ...given, '--gateway-command', command, '--gateway-env', names, ...args);
    const replayed = await pawlIn(folder, ...given, ...args);
    return { said, report: JSON.parse(said.out), replayed: JSON.parse(replayed.out) };
  }
  const textOf = (report: { readonly blocks: readonly unknown[] }): string => JSON.stringify(report.blocks);

  test('weights that send more to the cheap model are found out, route by route', async () => {
    const weighed = (few: number, many: number) =>
      configOf([
        { group: 'triage', model: 'small', at: cheap, price: 1e-6, weight: few },
        { group: 'triage', model: 'large', at: dear, price: 1e-4, weight: many },
      ]);
    const { said, report, replayed } = await changed(weighed(1, 9), weighed(9, 1));
    const shares = /To the cheap model openai\/small: (\d+) % → (\d+) %/.exec(textOf(report));
    const rows = report.rows as readonly { route?: { model?: string }; pass: boolean; side: string }[];

    expect(report).toMatchObject({ verdict: 'fail', headline: expect.stringContaining('cases newly wrong') });
    expect(Number(shares?.[1])).toBeLessThan(50);
    expect(Number(shares?.[2])).toBeGreaterThan(50);
    expect(rows).toHaveLength(2 * cases);
    expect(rows.every(({ route, pass }) => pass === (route?.model === 'openai/large'))).toBe(true);
    expect(textOf(report)).toContain('weight 1 → 9');
    expect(said.out + said.err).not.toContain('upstream-secret');
    expect(replayed).toMatchObject({ verdict: 'fail', headline: report.headline });
    expect(cheap.requests.length + dear.requests.length).toBe(2 * cases);
  });

  test('fallbacks that hide a broken model are counted', async () => {
    const good: Deployment = { group: 'spare', model: 'large', at: dear, price: 1e-4 };
    const quick = 'litellm_settings:\n  num_retries: 0\n';
    const before = configOf([{ ...good, group: 'triage' }, good], quick);
    const failing = { group: 'triage', model: 'small', at: broken, price: 1e-6 };
    const after = configOf(
      [failing, good],
      `${quick}router_settings:\n  num_retries: 0\n  fallbacks: [{triage: [spare]}]\n`,
    );
    const { report } = await changed(before, after, '--margin', '0.1');

    expect(report.verdict).toBe('pass');
    expect(textOf(report)).toContain(`Fallbacks: none → ${cases} answers.`);
    expect(textOf(report)).toContain('fallbacks of triage');
  });

  test('a cache that repeats a bad answer is told from the model behind it', async () => {
    const only: Deployment = { group: 'triage', model: 'small', at: unsteady, price: 1e-6 };
    const cached = 'litellm_settings:\n  cache: true\n  cache_params: {type: local}\n';
    const { report } = await changed(
      configOf([only]),
      configOf([only], cached),
      '--repeats',
      '2',
      '--concurrency',
      '1',
    );
    const hits = Number(/From the cache: none → (\d+) answers/.exec(textOf(report))?.[1]);
    const wrong = /Of (\d+) asked again past the cache, (\d+) differ/.exec(textOf(report));

    expect(hits).toBeGreaterThan(cases / 2);
    expect(Number(wrong?.[1])).toBeGreaterThan(cases / 2);
    expect(wrong?.[2]).toBe(wrong?.[1]);
    const codes = report.problems.map(({ code }: { readonly code: string }) => code);
    expect(codes).toEqual(expect.arrayContaining(['GATEWAY_CACHE_CHANGED', 'GATEWAY_CACHE_REPEATS']));
  });

  test('costs are told route by route, and a hit costs nothing whatever LiteLLM says', async () => {
    const quick = 'litellm_settings:\n  num_retries: 0\n';
    const small: Deployment = { group: 'triage', model: 'small', at: cheap, price: 1e-6 };
    const large: Deployment = { group: 'triage', model: 'large', at: dear, price: 1e-4 };
    const cached = `${quick}  cache: true\n  cache_params: {type: local}\n`;
    const repeated = ['--repeats', '2', '--concurrency', '1'];
    const { said, report } = await changed(configOf([small], quick), configOf([large], cached), ...repeated);
    const rows = report.rows as readonly {
      readonly side: string;
      readonly costUsd?: number;
      readonly tokens?: { readonly prompt: number; readonly completion: number };
      readonly route?: { readonly cache?: string };
    }[];
    const hits = rows.filter(({ route }) => route?.cache === 'hit');
    const of = (side: string, read: (row: (typeof rows)[number]) => number): number =>
      rows.reduce((sum, row) => (row.side === side && row.route?.cache === undefined ? sum + read(row) : sum), 0);
    const tokens = (side: string) => of(side, (row) => (row.tokens?.prompt ?? 0) + (row.tokens?.completion ?? 0));
    const cost = (side: string) => of(side, ({ costUsd }) => costUsd ?? 0);

    expect(said.code).toBeLessThan(2);
    expect(hits).toHaveLength(cases);
    expect(hits.every(({ costUsd }) => costUsd === 0)).toBe(true);
    expect(tokens('baseline')).toBeGreaterThan(0);
    expect(cost('baseline')).toBeCloseTo(tokens('baseline') * 1e-6, 9);
    expect(cost('candidate')).toBeCloseTo(tokens('candidate') * 1e-4, 9);
    expect(textOf(report)).toContain('To the cheap model openai/small: 100 % → 0 %.');
  });

  test('a cache by similarity that gives one question the answer to another is told', async () => {
    await using vectors = await loopbackQdrant();
    // Questions of one ten mean the same to it.
    const embed = (text: string): readonly number[] =>
      Array.from({ length: 8 }, (_, index) => Number(index === Math.floor(Number(/mail (\d+)/.exec(text)?.[1]) / 10)));
    await using embedder = await loopbackOpenAi({ embed, answer: () => '' });
    const only: Deployment = { group: 'triage', model: 'large', at: dear, price: 1e-4 };
    const meaning: Deployment = { group: 'meaning', model: 'embed', at: embedder, price: 0 };
    const cached = `litellm_settings:
  cache: true
  cache_params:
    type: qdrant-semantic
    qdrant_api_base: ${vectors.url}
    qdrant_collection_name: answers
    qdrant_semantic_cache_embedding_model: meaning
    qdrant_semantic_cache_vector_size: 8
    similarity_threshold: 0.8
`;
    const [before, after] = [configOf([only, meaning]), configOf([only, meaning], cached)];
    const { report } = await changed(before, after, '--concurrency', '1');

    expect(report.verdict).toBe('fail');
    expect(textOf(report)).toContain('From the cache: none → 36 answers (36 by similarity).');
    expect(textOf(report)).toContain(
      'Of 36 asked again past the cache, 36 differ from a fresh answer in their verdict.',
    );
    expect(textOf(report)).toContain('36 answers changed by the cache');
    expect(report.problems.map(({ code }: { readonly code: string }) => code)).toContain('GATEWAY_CACHE_CHANGED');
  });
});

interface Point {
  readonly vector: readonly number[];
  readonly payload: { readonly litellm_cache_key?: string };
}

/** As much of Qdrant as LiteLLM asks: one collection, points of a key, the nearest of them by cosine. */
async function loopbackQdrant(): Promise<LoopbackHttp> {
  const points: Point[] = [];
  const length = (vector: readonly number[]): number => Math.hypot(...vector);
  const cosine = (one: readonly number[], other: readonly number[]): number =>
    one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0) / (length(one) * length(other));
  const ok = (result: unknown) => ({ body: { result, status: 'ok', time: 0 } });
  return loopbackHttp(({ url, body }) => {
    if (url.endsWith('/exists')) return ok({ exists: false });
    if (url.includes('/points/search')) {
      const { vector, filter } = body as {
        readonly vector: readonly number[];
        readonly filter: { readonly must: readonly [{ readonly match: { readonly value: string } }] };
      };
      const own = points.filter(({ payload }) => payload.litellm_cache_key === filter.must[0].match.value);
      const found = own.map(({ vector: other, payload }) => ({ id: 1, score: cosine(vector, other), payload }));
      return ok(found.toSorted((a, b) => b.score - a.score).slice(0, 1));
    }
    if (url.includes('/points')) points.push(...(body as { readonly points: readonly Point[] }).points);
    return ok(true);
  });
}
