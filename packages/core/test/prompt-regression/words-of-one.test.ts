// What a report says of one: sentences whose verb goes with a count are read most where there is one of a thing.
import { expect, test } from 'vitest';
import type { ModelFailure, ModelProvider, ModelReply, ModelRequest } from '@pawl/core';
import { renderMarkdown } from '@pawl/core/report';
import { fakeProvider } from '@pawl/core/testing';
import { changedParts } from '../../src/prompt-regression/changes.ts';
import type { Column } from '../../src/prompt-regression/columns.ts';
import { timeOver } from '../../src/prompt-regression/budget.ts';
import { planBlocks, planWords } from '../../src/prompt-regression/plan-words.ts';
import type { SpendPlan } from '../../src/prompt-regression/plan-spend.ts';
import { UsageTally } from '../../src/prompt-regression/usage.ts';
import { echo, evaluate, evaluateConfig, version, type WorldData } from './world.ts';

const path = 'prompts/triage.prompt.yml';
const prompt = (system: string, extra = '') => `model: small
messages: [{role: system, content: ${system}}, {role: user, content: '{{text}}'}]
testData: [{text: one}]
evaluators: [{name: label, string: {contains: one}}]
${extra}`;

const compared = (more: Partial<WorldData> = {}): WorldData => ({
  files: { [path]: prompt('new') },
  commits: { abc1234def: { [path]: prompt('old') } },
  versions: [version('triage', 'v1.3.0', 'abc1234def', ['production'])],
  provider: echo(),
  ...more,
});

const fakeProviderOf = (
  answer: (request: ModelRequest) => ModelReply | Promise<ModelReply | ModelFailure>,
): ModelProvider => ({ id: 'fake', complete: async (request) => answer(request) });

/** "1 cases", "1 case settle", "1 request of … are". */
const wrongNumber =
  /\b1 (?:cases|answers|requests|rounds|repeats|slices|calls|minutes|tokens|labels)\b|\b1 case (?:are|settle|hang)\b/;

test('one case settles nothing', async () => {
  const lines: string[] = [];
  const { report } = await evaluate(compared({ progress: (line) => lines.push(line) }));
  expect(lines.join('\n')).not.toMatch(wrongNumber);
  const text = `${report.headline}\n${renderMarkdown(report)}`;

  expect(text).toContain('1 case settles nothing; it takes at least 30.');
  expect(text).not.toMatch(wrongNumber);
});

test('one case of a first version is too few', async () => {
  const { report } = await evaluate({ files: { [path]: prompt('new') }, provider: echo() });

  expect(report.headline).toMatch(/on 1 case, and no threshold is set$|on 1 case, which is too few$/);
  expect(report.headline).not.toMatch(wrongNumber);
});

test('one request that fails is one of one', async () => {
  const provider = fakeProvider(() => ({ failure: 'model:1 cannot be reached', hint: 'Start it.' }));
  const { report } = await evaluate({ files: { [path]: prompt('new') }, provider });

  expect(report.problems.map(({ message }) => message)).toEqual(['1 of 1 request failed: model:1 cannot be reached.']);
  expect(report.headline).not.toMatch(wrongNumber);
});

test('the only case is not called as the filter says', async () => {
  const { report } = await evaluate({ files: { [path]: prompt('new') }, provider: echo(), inputs: { filter: 'zzz' } });

  expect(report.problems.map(({ message }) => message)).toContainEqual(
    'The only case is not called as "case" or "filter" say.',
  );
});

test('a plan whose one request hangs on an answer says so of one', () => {
  const plan: SpendPlan = {
    cases: 1,
    columns: 1,
    compared: true,
    rounds: [1, 1],
    calls: [1, 1],
    recorded: 0,
    tokens: { prompt: 1, completion: 1, basis: 'recorded' },
    judged: [0, 0],
    costUsd: 1,
    atLeastUsd: undefined,
    listPrices: undefined,
    minutes: 1,
    detectable: undefined,
    chained: 1,
  };

  expect(planBlocks(plan)).toContainEqual({
    type: 'text',
    text: '1 request of conversations hangs on earlier answers and is not in these numbers.',
  });
  const unknown = { ...plan, tokens: { ...plan.tokens, completion: undefined }, costUsd: undefined };
  expect(planWords({ ...unknown, atLeastUsd: 1e-8 })).toContain('; cost unknown, as are the tokens out, ');
  expect(planWords({ ...unknown, atLeastUsd: 0.5 })).toContain('; more than $0.50, tokens out unknown, ');
  expect(planBlocks({ ...plan, chained: 2 })).toContainEqual({
    type: 'text',
    text: '2 requests of conversations hang on earlier answers and are not in these numbers.',
  });
});

test('sides that were priced by lists of different days each say theirs', async () => {
  const dayOf = (days: readonly (string | undefined)[]): ModelProvider => {
    let asked = 0;
    return fakeProviderOf(() => {
      const listPrices = days[asked++ % days.length];
      return { text: 'one', costUsd: 0.5, reused: true, ...(listPrices !== undefined && { listPrices }) };
    });
  };
  const costRow = async (days: readonly (string | undefined)[], oldDays = days) => {
    const [now, then] = [dayOf(days), dayOf(oldDays)];
    const provider = fakeProviderOf((request) =>
      (request.messages[0]?.content === 'old' ? then : now).complete(request),
    );
    const { report } = await evaluate(compared({ provider }));
    return /^\| (cost.*) \|$/m.exec(renderMarkdown(report))?.[1];
  };

  expect(await costRow(['2026-11-22'])).toBe('cost at list prices of 2026-11-22 | $0.50 | $0.50 | ');
  expect(await costRow(['2026-11-22'], ['2026-10-01'])).toBe(
    'cost | $0.50 at list prices of 2026-10-01 | $0.50 at list prices of 2026-11-22 | ',
  );
  expect(await costRow(['2026-11-22'], [undefined])).toBe('cost | $0.50 | $0.50 at list prices of 2026-11-22 | ');
  expect(await costRow([undefined])).toBe('cost | $0.50 | $0.50 | ');
});

test('recordings of several days name the first and the last', () => {
  const tally = new UsageTally();
  for (const listPrices of ['2026-11-01', '2026-10-01', '2026-10-15'])
    tally.add({ text: '', reused: true, costUsd: 1, listPrices });

  expect(tally.usage.listPrices).toBe('2026-10-01 … 2026-11-01');
});

test('two columns are both, and what gates beside the accuracy is named with its verdict', async () => {
  const file = 'a.eval.yml';
  const suite = (system: string) => `prompt: {messages: [{role: user, content: '${system} {{text}}'}]}
providers: [openai:chat:small, openai:chat:large]
cases: [${Array.from({ length: 60 }, (_, index) => `{vars: {text: t${index}}}`).join(', ')}]
scorers: [{name: label, contains: spam}, {name: polite, contains: please}]
policy: {gating: [label]}
`;
  const { report } = await evaluate({
    files: { [file]: suite('new') },
    commits: { abc1234def: { [file]: suite('spam please') } },
    versions: [version('a', 'v1.0.0', 'abc1234def', ['production'])],
    provider: echo(),
    inputs: { prompt: file },
  });

  expect(report.headline).toMatch(/^both columns fail; .*; worse by label$/);
  expect(JSON.stringify(report.blocks)).toContain('\\"label\\" gates beside the accuracy, and fails.');
});

test('an open verdict says once how many cases would settle it', async () => {
  const provider = fakeProvider(({ messages, repeat }) => {
    const index = Number(String(messages[1]?.content ?? '').slice(1));
    return (index * 7 + repeat * 3 + String(messages[0]?.content).length) % 10 < 3 ? 'two' : 'one';
  });
  const data = Array.from({ length: 60 }, (_, index) => `  - {text: t${index}}`).join('\n');
  const text = (system: string) =>
    prompt(system, 'x-pawl: {max-repeats: 3}').replace('testData: [{text: one}]', `testData:\n${data}`);
  const { report } = await evaluate({
    ...compared({ provider }),
    files: { [path]: text('newer') },
    commits: { abc1234def: { [path]: text('old') } },
  });
  const said = JSON.stringify(report.blocks);

  expect(report.verdict).toBe('inconclusive');
  expect(said).toContain('of the uncertainty is between cases');
  expect(said.match(/\d[\d,]* more cases/g)).toHaveLength(1);
});

test('messages behind the end of one side are one part of the change', () => {
  const columnOf = (contents: readonly string[]) =>
    ({
      request: { model: 'm', parameters: {} },
      provider: { kind: 'openai', config: {} },
      compiled: {
        prompt: { body: { kind: 'chat', messages: contents.map((content) => ({ role: 'user', content })) } },
      },
    }) as unknown as Column;
  const changed = (before: readonly string[], after: readonly string[]) =>
    changedParts(columnOf(before), columnOf(after));

  expect(changed(['a', 'b', 'c', 'd'], ['x'])).toEqual(['message 1 (user)', 'messages 2 to 4 removed']);
  expect(changed(['a'], ['a', 'b', 'c'])).toEqual(['messages 2 and 3 added']);
  expect(changed(['a'], ['a', 'b'])).toEqual(['message 2 (user) added']);
});

test('a minute that is over is one', () => {
  expect(timeOver(1).failure).toBe('the time of 1 minute is over');
  expect(timeOver(0.5).failure).toBe('the time of 0.5 minutes is over');
});

test('a self-check of one case has too few', async () => {
  const suite = 'prompts: [a]\nproviders: [openai:m]\ntests: [{assert: [{type: contains, value: a}]}]\n';
  const recorded = fakeProvider(() => 'a');
  const provider = { ...recorded, recorded: () => ({ text: 'a', reused: true as const }) };
  const { report } = await evaluateConfig(suite, { provider, inputs: { 'self-check': 'true' } });

  expect(report.headline).toBe('1 case is too few for the gate to decide anything');
});
