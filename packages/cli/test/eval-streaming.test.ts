// A suite that asks for streamed answers: when tokens come is told of every answer, in the table, and gates.
import { gitRepo } from '@pawl/testkit/git';
import { loopbackOpenAi } from '@pawl/testkit/openai';
import { expect, test } from 'vitest';
import { pawlIn } from './pawl-in.ts';

const suite = (baseUrl: string): string => `provider: {id: 'openai:small', base-url: '${baseUrl}'}
prompt: 'Say it: {{said}}'
cases:
  - {id: one, vars: {said: a b c}}
  - {id: two, vars: {said: d e f}}
scorers: [{contains: '{{said}}', name: says}]
policy: {first-token: true, min-cases: 1}
run: {stream: true}
`;

interface Printed {
  readonly verdict: string;
  readonly rows: readonly {
    readonly firstTokenMs?: number;
    readonly betweenTokensMs?: number;
    readonly reused: boolean;
  }[];
  readonly blocks: readonly { readonly rows?: readonly (readonly unknown[])[] }[];
}

test('the time to the first token and between tokens is measured, recorded and told', async () => {
  await using model = await loopbackOpenAi({ answer: () => 'it is a b c and d e f', betweenMs: 2 });
  await using repo = await gitRepo({ 'a.eval.yml': suite(model.baseUrl) });
  const run = async (...args: readonly string[]): Promise<Printed> =>
    JSON.parse((await pawlIn(repo, 'eval', 'a.eval.yml', '--no-store', '--json', ...args)).out) as Printed;

  const first = await run('--no-baseline');

  expect(model.requests.every(({ body }) => body['stream'] === true)).toBe(true);
  for (const row of first.rows) {
    expect(row).toMatchObject({ firstTokenMs: expect.any(Number), betweenTokensMs: expect.any(Number), reused: false });
    expect(row.firstTokenMs).toBeGreaterThan(0);
  }
  const named = first.blocks.flatMap(({ rows = [] }) => rows.map(([name]) => name));
  expect(named).toEqual(expect.arrayContaining(['first token, median', 'between tokens, 95 % below']));

  // As they were measured when they were recorded: a replay takes no time at all.
  const replayed = await run('--no-baseline', '--record', 'none');
  expect(replayed.rows.map(({ firstTokenMs, betweenTokensMs }) => [firstTokenMs, betweenTokensMs])).toEqual(
    first.rows.map(({ firstTokenMs, betweenTokensMs }) => [firstTokenMs, betweenTokensMs]),
  );
  expect(replayed.rows.every(({ reused }) => reused)).toBe(true);
});
