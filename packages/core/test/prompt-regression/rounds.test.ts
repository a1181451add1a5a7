// Rounds of repeats, the plan before them, and the suite against itself: through the whole use case.
import { expect, test } from 'vitest';
import { cassetteKeyOf, type ModelProvider, type ModelReply, type ModelRequest } from '@pawl/core';
import { exitCodeOf } from '@pawl/core';
import { listCases } from '@pawl/core/runs';
import { fakeProvider } from '@pawl/core/testing';
import { evaluate, evaluateConfig, version, type WorldData } from './world.ts';

const path = 'prompts/triage.prompt.yml';
const prompt = (system: string, extra = '') => `model: small
modelParameters: {temperature: 0, maxTokens: 10}
messages:
  - {role: system, content: ${system}}
  - {role: user, content: "{{text}}"}
evaluators:
  - {name: label, string: {equals: right}}
x-pawl:
  testData: data/mails.jsonl
${extra}`;
const mails = (n: number) =>
  Array.from({ length: n }, (_, index) => JSON.stringify({ id: `m${index}`, text: index })).join('\n');

const world = (n: number, provider: ModelProvider, more: Partial<WorldData> & { extra?: string } = {}): WorldData => ({
  files: { [path]: prompt('new', more.extra), 'data/mails.jsonl': mails(n) },
  commits: { abc1234def: { [path]: prompt('old') } },
  versions: [version('triage', 'v1.0.0', 'abc1234def', ['production'])],
  provider,
  ...more,
});

/** Answers right or wrong by a rule and records what it was asked, as a cassette does. */
function recordingProvider(isRight: (at: { index: number; repeat: number; old: boolean }) => boolean) {
  const recorded = new Map<string, ModelReply>();
  const requests: ModelRequest[] = [];
  const keyOf = (request: ModelRequest) => JSON.stringify(cassetteKeyOf('fake', request));
  const provider: ModelProvider = {
    id: 'fake',
    recorded: (request) => recorded.get(keyOf(request)),
    complete: async (request) => {
      const known = recorded.get(keyOf(request));
      if (known !== undefined) return known;
      requests.push(request);
      const [system, user] = request.messages.map(({ content }) => content);
      const right = isRight({ index: Number(user), repeat: request.repeat, old: system === 'old' });
      const reply = {
        text: right ? 'right' : 'wrong',
        usage: { promptTokens: 20, completionTokens: 2 },
        latencyMs: 600,
      };
      recorded.set(keyOf(request), { ...reply, reused: true });
      return { ...reply, reused: false };
    },
  };
  return { provider, requests };
}

/** Every third case wavers on both sides, by a hash that differs from repeat to repeat. */
const wavering = ({ index, repeat, old }: { index: number; repeat: number; old: boolean }) => {
  const mixed = Math.imul(index * 7919 + repeat * 104_729 + (old ? 31 : 0) + 17, 2_654_435_761) >>> 0;
  return index % 3 !== 0 || mixed % 100 < 50;
};

test('asking ends with the round that settles', async () => {
  const { provider, requests } = recordingProvider(({ old, index }) => old || index % 3 > 0);
  const { report } = await evaluate(world(120, provider, { inputs: { 'max-repeats': '5' } }));

  expect(report.verdict).toBe('fail');
  expect(requests).toHaveLength(240);
  expect(JSON.stringify(report.blocks)).toContain('Settled after 1 look of 5 planned, at 1 repeat.');
});

test('while the verdict is open each round is asked, up to the last', async () => {
  const { provider, requests } = recordingProvider(wavering);
  const { report, run } = await evaluate(world(60, provider, { inputs: { 'max-repeats': '3' } }));

  expect(report.verdict).toBe('inconclusive');
  expect(requests).toHaveLength(60 * 2 * 3);
  expect(JSON.stringify(report.blocks)).toContain('Judged after 3 looks of 3 planned, at 3 repeats.');
  expect(JSON.stringify(report.blocks)).toContain('flaky case');
  expect(run?.params).toMatchObject({ repeats: 1, maxRepeats: 3 });
});

test('where only lost answers keep the verdict open, the rounds go on: they narrow what the others say', async () => {
  const { provider, requests } = recordingProvider(() => true);
  const lossy: ModelProvider = {
    id: 'fake',
    complete: async (request) => {
      const [system, user] = request.messages.map(({ content }) => content);
      return system === 'new' && Number(user) < 5
        ? { failure: 'nobody answered', hint: '' }
        : provider.complete(request);
    },
  };
  const { report } = await evaluate(world(300, lossy, { inputs: { 'max-repeats': '3' } }));

  expect(report.verdict).toBe('inconclusive');
  expect(new Set(requests.map(({ repeat }) => repeat))).toEqual(new Set([0, 1, 2]));
});

test('a second run goes on with the same evidence: what was asked counts, and nothing is drawn again', async () => {
  const { provider, requests } = recordingProvider(wavering);
  const first = await evaluate(world(60, provider, { inputs: { 'max-repeats': '3' } }));
  const asked = requests.length;
  const again = await evaluate(world(60, provider, { inputs: { 'max-repeats': '3' } }));
  const fewer = await evaluate(world(60, provider, { inputs: { 'max-repeats': '2' } }));

  expect(requests).toHaveLength(asked);
  expect(again.report.comparison).toBe(first.report.comparison);
  // Two looks would have had a kinder level each; the third was taken and stays planned.
  expect(JSON.stringify(fewer.report.blocks)).toContain('of 3 planned');
});

test('a dry run asks nothing and tells calls, tokens, dollars and what could be found', async () => {
  const { provider, requests } = recordingProvider(wavering);
  const inputs = { 'dry-run': 'true', 'max-repeats': '5', 'price-prompt': '1', 'price-completion': '2' };
  const outcome = await evaluate(world(100, provider, { inputs }));

  expect(requests).toHaveLength(0);
  expect(exitCodeOf(outcome)).toBe(0);
  expect(outcome.run).toBeUndefined();
  expect(outcome.report.headline).toMatch(
    /^plan: 100 cases: 1,000 calls to make \(200 if the first look settles it\), 0 answers recorded; about \$[\d.]+; finds a loss of \d+\.\d points; nothing was asked$/,
  );
  const plan = JSON.parse(outcome.results['plan.json'] ?? '{}');
  expect(plan).toMatchObject({
    cases: 100,
    calls: [200, 1000],
    recorded: 0,
    tokens: { basis: 'characters', completion: 10_000 },
  });
  expect(plan.detectable).toBeGreaterThan(0.1);
});

test('what a suite writes of the prices of its providers is what the plan counts with', async () => {
  const { provider, requests } = recordingProvider(wavering);
  const config = (text: string): string =>
    `prompts: ["Say {{n}}"]\nproviders:\n${text}tests: [{vars: {n: [a, b, c, d]}, assert: [{type: contains, value: a}]}]\n`;
  const costOf = async (providers: string): Promise<unknown> => {
    const files = { 'promptfooconfig.yaml': config(providers) };
    const inputs = { prompt: 'promptfooconfig.yaml', 'dry-run': 'true', baseline: 'none' };
    const { results } = await evaluate({ files, provider, inputs });
    return JSON.parse(results['plan.json'] ?? '{}').costUsd;
  };
  const dear = '  - {id: openai:dear, config: {max_tokens: 10, inputCost: 0, outputCost: 0.01}}\n';
  const cheap = '  - {id: openai:cheap, config: {max_tokens: 10, cost: 0}}\n';

  expect(await costOf(dear)).toBeCloseTo(4 * 10 * 0.01);
  expect(await costOf(dear + cheap)).toBeCloseTo(4 * 10 * 0.01);
  expect(await costOf(`${dear}  - {id: openai:x, config: {max_tokens: 10}}\n`)).toBeUndefined();
  expect(requests).toHaveLength(0);
});

test('what is recorded is not in the plan, and tells how many tokens the rest will take', async () => {
  const { provider } = recordingProvider(wavering);
  await evaluate(world(100, provider));
  const { results } = await evaluate(world(100, provider, { inputs: { 'dry-run': 'true', 'max-repeats': '2' } }));

  expect(JSON.parse(results['plan.json'] ?? '{}')).toMatchObject({
    calls: [0, 200],
    recorded: 200,
    tokens: { prompt: 4000, completion: 400, basis: 'recorded' },
    minutes: (200 * 600) / 8 / 60_000,
  });
});

test('a plan over its budget is refused before anything is asked, with what would fit', async () => {
  const { provider, requests } = recordingProvider(wavering);
  const prices = { 'price-prompt': '1000', 'price-completion': '1000' };
  const { report, usage } = await evaluate(
    world(100, provider, { inputs: { ...prices, 'max-cost-usd': '2', 'max-repeats': '5' } }),
  );

  expect(requests).toHaveLength(0);
  expect(usage).toBe(true);
  expect(report.problems).toMatchObject([
    {
      code: 'PLAN_OVER_BUDGET',
      message: expect.stringContaining('nothing was asked'),
      hint: expect.stringContaining('It bears'),
    },
  ]);
});

test('a suite compared with itself tells its false alarms, from recorded repeats alone', async () => {
  const { provider, requests } = recordingProvider(wavering);
  await evaluate(world(90, provider, { inputs: { repeats: '4' } }));
  const asked = requests.length;
  const { report, results, run } = await evaluate(
    world(90, provider, { inputs: { 'self-check': 'true', margin: '0.2' } }),
  );

  expect(requests).toHaveLength(asked);
  expect(run).toBeUndefined();
  expect(report).toMatchObject({ verdict: 'pass', n: 90, headline: expect.stringContaining('compared with itself') });
  const check = JSON.parse(results['self-check.json'] ?? '{}');
  expect(check).toMatchObject({ cases: 90, repeats: 4, rounds: 1, resamples: 1000 });
  expect(check.rate).toBeLessThan(0.08);
  expect(check.flakyShare).toBeGreaterThan(0.2);
});

test('a suite that lets equal versions seldom pass raises no alarm either, which is no pass', async () => {
  const { provider } = recordingProvider(wavering);
  await evaluate(world(90, provider, { inputs: { repeats: '4' } }));
  const { report } = await evaluate(world(90, provider, { inputs: { 'self-check': 'true', 'max-repeats': '5' } }));

  expect(report).toMatchObject({
    verdict: 'inconclusive',
    headline: expect.stringMatching(/and passes in only \d+\.\d %, with 2 rounds$/),
  });
  expect(JSON.stringify(report.blocks)).toContain('with 10 recorded repeats the check could deal 5');
});

test('a self-check of the few cases that can be scored is none', async () => {
  const tests = Array.from(
    { length: 90 },
    (_, n) =>
      `  - {vars: {n: ${n}}, assert: [{type: ${n < 60 ? 'contains, value: a' : 'javascript, value: nowhere'}}]}\n`,
  );
  const provider = { ...fakeProvider(() => 'a'), recorded: () => ({ text: 'a', reused: true as const }) };
  const { report } = await evaluateConfig(`prompts: ['{{n}}']\nproviders: [openai:m]\ntests:\n${tests.join('')}`, {
    provider,
    scripts: {},
    inputs: { 'self-check': 'true' },
  });

  expect(report).toMatchObject({
    verdict: 'error',
    headline: expect.stringMatching(/^30 of 90 cases could not be scored from what is recorded/),
  });
});

test('a self-check without two recorded repeats says what to record', async () => {
  const { provider } = recordingProvider(wavering);
  const { report } = await evaluate(world(90, provider, { inputs: { 'self-check': 'true' } }));

  expect(report).toMatchObject({ verdict: 'error', problems: [{ code: 'SELF_CHECK_WITHOUT_REPEATS' }] });
});

test('a quarantine in the file takes its case out of the judgement', async () => {
  const { provider } = recordingProvider(({ index, old }) => old || index !== 7);
  const extra = "  quarantine: [{case: m7, reason: 'waits for the new model', until: '2999-01-01'}]\n";
  const { report, results } = await evaluate(world(400, provider, { extra }));

  expect(report).toMatchObject({ verdict: 'pass', n: 399 });
  expect(listCases(results['cases.jsonl'] ?? '', 'newly-wrong').value).toEqual([]);
  expect(listCases(results['cases.jsonl'] ?? '', 'all').value).toHaveLength(400);
  expect(JSON.stringify(report.blocks)).toContain('waits for the new model');
});

test('a self-check looks at every column, and the worst of them is the verdict', async () => {
  const suite = `prompts: ['steady {{mail}}', 'wavering {{mail}}']
providers: ['openai:chat:small']
tests:
${Array.from({ length: 120 }, (_, index) => `  - {vars: {mail: m${index}}, assert: [{type: contains, value: yes}]}`).join('\n')}
`;
  // All is recorded; the second prompt fails every case in its odd repeats.
  const answer = (request: ModelRequest): ModelReply => {
    const wavers = JSON.stringify(request.messages).includes('wavering') && request.repeat % 2 === 1;
    return { text: wavers ? 'no' : 'yes', reused: true };
  };
  const provider = {
    id: 'recorded',
    complete: async (request: ModelRequest) => answer(request),
    recorded: (request: ModelRequest) => (request.repeat < 4 ? answer(request) : undefined),
  };
  const { report, results } = await evaluate({
    files: { 'suite.yaml': suite },
    provider,
    inputs: { prompt: 'suite.yaml', baseline: 'none', 'self-check': 'true' },
  });
  const [table] = report.blocks;
  expect(table).toMatchObject({
    type: 'table',
    rows: [
      [expect.stringContaining('steady'), 'pass', expect.any(String)],
      [expect.stringContaining('wavering'), expect.any(String), expect.any(String)],
    ],
  });
  expect(Object.keys(results)).toEqual(expect.arrayContaining(['self-check-1.json', 'self-check-2.json']));
  expect(JSON.parse(results['self-check-2.json'] ?? '{}')).toMatchObject({ flakyShare: 1 });
  expect(report.headline).toContain('of 2 columns');
});

test('a flip among repeats is shown by answers of its kind, with how often each side was right', async () => {
  // m7: right first and wrong after in production, the other way round in the candidate. Its first answers say nothing of it.
  const { provider } = recordingProvider(({ index, old, repeat }) => index !== 7 || old === (repeat === 0));
  const { report } = await evaluate(world(40, provider, { inputs: { repeats: '3' } }));

  expect(JSON.stringify(report.blocks)).toContain(
    JSON.stringify({
      type: 'change',
      title: 'm7 (right in 1 of 3 → 2 of 3): 7',
      expected: 'right',
      before: 'wrong',
      after: 'right',
    }),
  );
});

test('times that were recorded on another day are said to be', async () => {
  const { provider } = recordingProvider(() => true);
  const latency = { extra: '  latency: 0.1\n' };
  await evaluate(world(40, provider, { inputs: { baseline: 'none', threshold: '0.5' } }));
  const [fresh, replayed] = [await evaluate(world(40, provider)), await evaluate(world(40, provider, latency))];

  // The candidate's were recorded by the run before; production's are new.
  expect(JSON.stringify(fresh.report.blocks)).toContain(
    "Recorded earlier, and timed then: none of the baseline's answers, all 40 of the candidate's.",
  );
  expect(JSON.stringify(replayed.report.blocks)).toContain("all 40 of the candidate's. Record both sides together");
  const again = await evaluate(world(40, provider));
  expect(JSON.stringify(again.report.blocks)).not.toContain('recorded');
});

test('a plan says what judges are asked besides, and what it lacks to know the cost', async () => {
  const { provider } = recordingProvider(() => true);
  const judged = prompt('new').replace(
    'evaluators:\n',
    'evaluators:\n  - {name: kind, llm: {modelId: judge, prompt: p, choices: [{choice: "y", score: 1}]}}\n',
  );
  const files = { [path]: judged.replace(', maxTokens: 10', ''), 'data/mails.jsonl': mails(50) };
  const inputs = { 'dry-run': 'true', 'max-repeats': '3', 'price-prompt': '1', 'price-completion': '2' };
  const { report, results } = await evaluate(world(50, provider, { files, inputs }));

  expect(JSON.parse(results['plan.json'] ?? '{}')).toMatchObject({ calls: [100, 300], judged: [100, 300] });
  expect(report.headline).toContain('judges besides');
  expect(JSON.stringify(report.blocks)).toContain('["cost","more than $0.00036: the tokens out are unknown"]');
});

test('before the first question a run tells cases, calls, dollars and what could be found, in one line', async () => {
  const { provider, requests } = recordingProvider(wavering);
  const lines: string[] = [];
  const progress = (line: string): void => {
    if (line.startsWith('Plan')) expect(requests).toHaveLength(0);
    lines.push(line);
  };
  const priced = { 'price-prompt': '1', 'price-completion': '2', record: 'missing' };
  await evaluate({ ...world(100, provider, { inputs: priced }), progress });
  await evaluate({ ...world(100, recordingProvider(wavering).provider), progress: (line) => lines.push(line) });
  const first = { record: 'missing', baseline: 'none' };
  await evaluate({
    ...world(3, recordingProvider(wavering).provider, { inputs: first }),
    progress: (line) => lines.push(line),
  });

  const plans = lines.filter((line) => line.startsWith('Plan'));
  expect(plans[0]).toMatch(
    /^Plan: 100 cases: 200 calls to make, 0 answers recorded; about \$[\d.]+; finds a loss of \d+\.\d points\.$/,
  );
  expect(plans[1]).toMatch(/; price unknown; finds a loss of /);
  expect(plans[2]).toBe('Plan: 3 cases: 3 calls to make, 0 answers recorded; price unknown; nothing to compare with.');
});

test('a plan is priced by the tier of service that is asked for, and how prices are found is never sent', async () => {
  const requests: ModelRequest[] = [];
  const provider: ModelProvider = {
    id: 'openai',
    listPrice: ({ parameters }) =>
      parameters['service_tier'] === 'priority' ? undefined : { prompt: 1, completion: 2, taken: '2026-11-22' },
    complete: async (request) => {
      requests.push(request);
      return { text: 'a', reused: false };
    },
  };
  const planned = async (tier: string, inputs: Record<string, string> = {}) => {
    const lines: string[] = [];
    const settings = `{listPrices: openai, max_tokens: 10, service_tier: ${tier}}`;
    const suite = `prompts: [a]\nproviders: [{id: openai:small, config: ${settings}}]\ntests: [{assert: [{type: contains, value: a}]}]\n`;
    await evaluateConfig(suite, { provider, inputs, progress: (line) => lines.push(line) });
    return lines.find((line) => line.startsWith('Plan'));
  };

  expect(await planned('auto', { 'dry-run': 'true' })).toContain('at list prices of 2026-11-22');
  expect(await planned('priority')).toContain('; price unknown');
  expect(requests.map(({ parameters }) => parameters)).toEqual([{ max_tokens: 10, service_tier: 'priority' }]);
});

test('list prices are counted with where nobody gives a price, and are said to be', async () => {
  const { provider } = recordingProvider(wavering);
  const listed: ModelProvider = {
    ...provider,
    listPrice: ({ model, parameters }) =>
      parameters['service_tier'] === undefined && model === 'small'
        ? { prompt: 1, completion: 2, upTo: 1000, taken: '2026-11-22' }
        : undefined,
    complete: async (request) => {
      const answer = await provider.complete(request);
      return 'failure' in answer ? answer : { ...answer, costUsd: 0.0001, listPrices: '2026-11-22' };
    },
  };
  const lines: string[] = [];
  const run = (inputs: Record<string, string>) =>
    evaluate({ ...world(100, listed, { inputs }), progress: (line) => lines.push(line) });
  const { report } = await run({ record: 'all' });
  await run({ 'dry-run': 'true', model: 'another' });
  await run({ 'dry-run': 'true', 'price-prompt': '1', 'price-completion': '2' });
  const plans = lines.filter((line) => line.startsWith('Plan'));

  expect(plans[0]).toMatch(/; about \$[\d.]+ at list prices of 2026-11-22; finds/);
  expect(plans[1]).not.toContain('list prices');
  expect(plans[2]).not.toContain('list prices');
  expect(report.footer).toMatchObject({ cost: '200 answers, $0.02 at list prices of 2026-11-22' });
  expect(JSON.stringify(report.blocks)).toContain('"cost at list prices of 2026-11-22"');
});
