// Portkey's real open-source gateway, started by `pawl eval`, told two configurations from Git: weights, fallbacks, a
// cache it does not have, a configuration it refuses. Behind it are endpoints of this machine.
// Needs a folder with the packages of portkey/package.json: PAWL_INTEROP_PORTKEY=/path/to/folder.
import { join } from 'node:path';
import { gitRepo } from '@pawl/testkit/git';
import { loopbackOpenAi, type LoopbackOpenAi } from '@pawl/testkit/openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pawlIn } from './pawl-in.ts';

const peer = process.env['PAWL_INTEROP_PORTKEY'];
if (peer === undefined) console.warn('Portkey interop is skipped: PAWL_INTEROP_PORTKEY names no folder with it.');

const cases = 40;
const prompt =
  'model: triage\nmessages:\n  - {role: user, content: "Label {{input}}"}\n' +
  `testData:\n${Array.from({ length: cases }, (_, index) => `  - {input: "mail ${index}", expected: "label ${index}"}\n`).join('')}` +
  'evaluators:\n  - {name: label, string: {equals: "{{expected}}"}}\n';
const config = 'gateway/portkey.json';
const answerTo = (text: string): string => `label ${/mail (\d+)/.exec(text)?.[1]}`;

interface Told {
  readonly verdict: string;
  readonly headline: string;
  readonly blocks: readonly unknown[];
  readonly problems: readonly { readonly code: string; readonly message: string; readonly file?: string }[];
  readonly rows: readonly {
    readonly side: string;
    readonly pass: boolean;
    readonly route?: { readonly model?: string; readonly deployment?: string; readonly fallbacks?: number };
  }[];
}

describe.runIf(peer !== undefined)('Portkey', () => {
  let cheap: LoopbackOpenAi;
  let dear: LoopbackOpenAi;
  let broken: LoopbackOpenAi;
  beforeAll(async () => {
    cheap = await loopbackOpenAi({ apiKey: 'upstream-secret', answer: () => 'no idea' });
    dear = await loopbackOpenAi({
      apiKey: 'upstream-secret',
      answer: ({ messages }) => answerTo(String(messages.at(-1)?.content)),
    });
    broken = await loopbackOpenAi({ answer: () => '' });
    broken.failAlways({ status: 500 });
  });
  afterAll(async () => {
    for (const service of [cheap, dear, broken]) await service[Symbol.asyncDispose]();
  });

  const target = (at: LoopbackOpenAi, model: string, more: object = {}): object => ({
    provider: 'openai',
    api_key: '{{env.UPSTREAM_KEY}}',
    custom_host: at.baseUrl,
    override_params: { model },
    ...more,
  });

  /** Runs the suite on a branch that changes nothing but the configuration. */
  async function changed(before: object, after: object, ...args: readonly string[]) {
    await using repo = await gitRepo({
      'prompts/triage.prompt.yml': prompt,
      [config]: JSON.stringify(before, null, 2),
    });
    await repo.branch('topic');
    await repo.commit('Route otherwise', { [config]: JSON.stringify(after, null, 2) });
    const folder = { path: repo.path, environment: { ...repo.environment, UPSTREAM_KEY: 'upstream-secret' } };
    const server = join(peer ?? '', 'node_modules/@portkey-ai/gateway/build/start-server.js');
    const command = `'${process.execPath}' '${server}' --headless --port={port}`;
    const given = [
      'eval',
      'prompts/triage.prompt.yml',
      '--baseline',
      'main',
      '--gateway',
      config,
      '--no-store',
      '--json',
    ];
    const said = await pawlIn(folder, ...given, '--gateway-command', command, ...args);
    const replayed = await pawlIn(folder, ...given, ...args);
    return { said, report: JSON.parse(said.out) as Told, replayed: JSON.parse(replayed.out) as Told };
  }
  const textOf = ({ blocks }: Told): string => JSON.stringify(blocks);
  const codesOf = ({ problems }: Told): readonly string[] => problems.map(({ code }) => code);

  test('weights that send more to the cheap model are found out, by the prices of its routes', async () => {
    const weighed = (few: number, many: number) => ({
      strategy: { mode: 'loadbalance' },
      targets: [target(cheap, 'small', { weight: few }), target(dear, 'large', { weight: many })],
    });
    const prices = 'openai/small=0.1/0.1,openai/large=10/10';
    const { said, report, replayed } = await changed(weighed(0.1, 0.9), weighed(0.9, 0.1), '--route-prices', prices);
    const shares = /To the cheap model openai\/small: (\d+) % → (\d+) %/.exec(textOf(report));

    expect(report).toMatchObject({ verdict: 'fail', headline: expect.stringContaining('cases newly wrong') });
    expect(Number(shares?.[1])).toBeLessThan(50);
    expect(Number(shares?.[2])).toBeGreaterThan(50);
    expect(report.rows).toHaveLength(2 * cases);
    expect(report.rows.every(({ route, pass }) => pass === (route?.model === 'openai/large'))).toBe(true);
    expect(textOf(report)).toContain('weight 0.1 → 0.9');
    expect(said.out + said.err).not.toContain('upstream-secret');
    expect(codesOf(report)).toEqual([]);
    expect(replayed).toMatchObject({ verdict: 'fail', headline: report.headline });
    expect(textOf(replayed)).toContain(shares?.[0]);
    expect(cheap.requests.length + dear.requests.length).toBe(2 * cases);
  });

  test('fallbacks that hide a broken model are counted, also those inside of a target', async () => {
    const spare = target(dear, 'large', { name: 'spare' });
    const single = { strategy: { mode: 'single' }, targets: [spare] };
    const inner = { strategy: { mode: 'fallback' }, targets: [target(broken, 'other'), spare] };
    const after = { strategy: { mode: 'fallback' }, targets: [target(broken, 'small'), inner] };
    const { report } = await changed(single, after, '--margin', '0.1');
    const head = report.rows.filter(({ side }) => side === 'candidate');

    expect(report.verdict).toBe('pass');
    expect(textOf(report)).toContain(`Fallbacks: none → ${cases} answers.`);
    expect(head).toHaveLength(cases);
    expect(head.every(({ route }) => route?.fallbacks === 2 && route.deployment === 'spare')).toBe(true);
    // One route, wherever in the configuration its target stands.
    expect(textOf(report)).toContain(`"openai/large (spare)","${cases} → ${cases}"`);
  });

  test('a cache that the gateway does not have is told', async () => {
    const only = { strategy: { mode: 'single' }, targets: [target(dear, 'large')] };
    const { report } = await changed(only, { ...only, cache: { mode: 'simple' } }, '--margin', '0.1');

    expect(report.verdict).toBe('pass');
    expect(report.problems).toEqual([
      expect.objectContaining({ code: 'GATEWAY_CACHE_OFF', message: expect.stringContaining(`${cases} answers`) }),
    ]);
  });

  test('a configuration that the gateway refuses is an error, in its words', async () => {
    const only = { strategy: { mode: 'single' }, targets: [target(dear, 'large')] };
    const { report } = await changed(only, { ...only, strategy: { mode: 'fallbak' } });

    expect(report.verdict).toBe('error');
    expect(JSON.stringify(report)).toContain("Invalid 'mode' value");
  });
});
